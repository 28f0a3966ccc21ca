/**
 * Canonical JSON: one text for one value, so that a hash of it means something years later. Keys are sorted, there is
 * no white space, and only null, booleans, strings, safe integers, arrays and plain objects are allowed: a fraction
 * would make the text depend on how some engine prints floats, and money has no fractions here.
 */

export type Canonical = null | boolean | number | string | readonly Canonical[] | { readonly [key: string]: Canonical | undefined };

/** The canonical text. Members that are `undefined` are left out. Throws a TypeError that names the path of what cannot be encoded. */
export function canonicalJson(value: unknown, path = "$"): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new TypeError(`${path}: ${value} is not a whole number`);
    return String(value === 0 ? 0 : value);
  }
  if (Array.isArray(value)) return `[${value.map((item, i) => canonicalJson(item, `${path}[${i}]`)).join(",")}]`;
  if (typeof value !== "object") throw new TypeError(`${path}: a ${typeof value} cannot be encoded`);
  const members: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const member = (value as Record<string, unknown>)[key];
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(member, `${path}.${key}`)}`);
  }
  return `{${members.join(",")}}`;
}
