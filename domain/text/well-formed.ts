/** What JSON can say and no file, page or database can hold: half of a character, such as "\ud800". */

export const HALF_A_CHARACTER = "holds half a character: type it again";

/** Where in a value parsed from JSON a text or a field's name holds half a character, as a dotted path ("" is the value itself); null: nowhere. */
export function halfCharacterAt(value: unknown): string | null {
  if (typeof value === "string") return value.isWellFormed() ? null : "";
  if (typeof value !== "object" || value === null) return null;
  for (const [key, each] of Object.entries(value)) {
    if (!key.isWellFormed()) return "";
    const within = halfCharacterAt(each);
    if (within !== null) return within === "" ? key : `${key}.${within}`;
  }
  return null;
}
