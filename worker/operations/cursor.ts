/** A place in a list as an address has it: a whole number. Null when it is none: the list then begins at its beginning. */
export function placeIn(text: string | null | undefined): number | null {
  return text && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
