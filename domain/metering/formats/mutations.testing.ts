/** For tests of damaged files: seeded damage, so that a failure can be met again. */

/** xorshift32; the same seed, the same damage. */
export function random(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** What breaks formats: their own signs, numbers at limits, and what does not belong. */
const SCRAPS = ["", ",", ",,", '"', '""', "\n", "\r", "\r\n", "\0", "<", ">", "</", "/>", "<!--", "-->", "<![CDATA[", "]]>", "&", "&#0;", "&lt;", "{", "}", "[", "]", ":", "\\", "-", "+", ".", "0", "9", "-1", "00000000", "99999999999999999999", "1e308", "1e-308", "NaN", "null", "true", "4294967294", "20261101", "0100", "202611010100", "2026-03-08 02:30", "ERROR", "N32", "MEPMD01", "RDG", "300", "900", "\uFEFF", "\u00e9", "\ud83d\ude00", " ", "\t", ";", "|", "=", "'", "é".repeat(50), "x".repeat(300), "<item>".repeat(120), '{"a":'.repeat(60), "[".repeat(60)];

/** The text with one to four damages: something lost, put in, put in another place, said twice, or cut off. */
export function mutated(text: string, next: (below: number) => number): string {
  let result = text;
  for (let changes = 1 + next(4); changes > 0; changes--) {
    const at = next(result.length + 1);
    const to = Math.min(result.length, at + (next(4) === 0 ? next(200) : next(8)));
    switch (next(7)) {
      case 0:
        result = result.slice(0, at) + result.slice(to);
        break;
      case 1:
        result = result.slice(0, at) + SCRAPS[next(SCRAPS.length)]! + result.slice(at);
        break;
      case 2:
        result = result.slice(0, at) + SCRAPS[next(SCRAPS.length)]! + result.slice(to);
        break;
      case 3:
        result = result.slice(0, at) + result.slice(at, to).repeat(2) + result.slice(to);
        break;
      case 4:
        result = result.slice(0, at) + String.fromCharCode(next(next(3) === 0 ? 65_536 : 128)) + result.slice(at + 1);
        break;
      case 5:
        result = result.slice(0, at);
        break;
      default: {
        const other = next(result.length + 1);
        result = result.slice(0, at) + result.slice(other, other + 60) + result.slice(at);
      }
    }
  }
  return result;
}
