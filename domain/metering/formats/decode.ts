/** Bytes of a file as text, piece by piece: UTF-8 unless a byte-order mark or an XML declaration says otherwise. */

/** A declaration stands in the first line of the document. */
const DECLARATION_MAX = 200;

/** Declared encodings that are met with; anything else is read as UTF-8, which every other one contains for digits. */
const DECLARED: Readonly<Record<string, string>> = { "iso-8859-1": "windows-1252", latin1: "windows-1252", "us-ascii": "utf-8", "windows-1252": "windows-1252", "utf-16": "utf-16le" };

export class TextPieces {
  #decoder: TextDecoder | null = null;

  /** The text of the next bytes; a character cut at their end comes with the bytes that follow. */
  text(bytes: Uint8Array): string {
    this.#decoder ??= new TextDecoder(encodingOf(bytes));
    return this.#decoder.decode(bytes, { stream: true });
  }

  /** What was held back. */
  end(): string {
    return this.#decoder === null ? "" : this.#decoder.decode();
  }
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  // Without a mark: every second byte of Western text is zero.
  if (bytes.length >= 4 && bytes[0] !== 0 && bytes[1] === 0 && bytes[2] !== 0 && bytes[3] === 0) return "utf-16le";
  if (bytes.length >= 4 && bytes[0] === 0 && bytes[1] !== 0 && bytes[2] === 0 && bytes[3] !== 0) return "utf-16be";
  let start = "";
  for (let i = 0; i < Math.min(bytes.length, DECLARATION_MAX); i++) start += String.fromCharCode(bytes[i]!);
  const declared = /^(?:\u00ef\u00bb\u00bf)?\s*<\?xml[^>]*encoding=["']([\w-]+)["']/i.exec(start)?.[1]?.toLowerCase();
  return (declared !== undefined && DECLARED[declared]) || "utf-8";
}
