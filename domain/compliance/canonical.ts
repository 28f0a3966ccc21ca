/**
 * Canonical JSON: one text for one value, so that a hash of it means something years later. Keys are sorted, there is
 * no white space, and only null, booleans, strings, safe integers, arrays and plain objects are allowed: a fraction
 * would make the text depend on how some engine prints floats, and money has no fractions here.
 */

export type Canonical = null | boolean | number | string | readonly Canonical[] | { readonly [key: string]: Canonical | undefined };

/** What cannot be encoded, and where: the path is put together on the way out, so that the good case pays nothing for it. */
class Unencodable extends TypeError {
  readonly what: string;
  readonly path: string;
  constructor(what: string, path = "") {
    super(`$${path}: ${what}`);
    this.what = what;
    this.path = path;
  }
}

/** The canonical text. Members that are `undefined` are left out. Throws a TypeError that names the path of what cannot be encoded. */
export function canonicalJson(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new Unencodable(`${value} is not a whole number`);
    return value === 0 ? "0" : String(value);
  }
  if (value === null) return "null";
  if (typeof value === "boolean") return value ? "true" : "false";
  if (Array.isArray(value)) return canonicalArray(value);
  if (typeof value !== "object") throw new Unencodable(`a ${typeof value} cannot be encoded`);
  return canonicalObject(value as Record<string, unknown>);
}

/** What JSON writes otherwise than as it is: quotes, backslashes, control characters, halves of surrogate pairs. */
const ESCAPED = /["\\\p{Cc}\p{Cs}]/u;

function quoted(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** Members have few names: each is quoted once. Names that come from data (ids) must not fill memory. */
const KEYS_KEPT = 2_000;
const keys = new Map<string, string>();

function key(name: string): string {
  let text = keys.get(name);
  if (text === undefined) {
    text = `${quoted(name)}:`;
    if (keys.size < KEYS_KEPT) keys.set(name, text);
  }
  return text;
}

function canonicalArray(items: readonly unknown[]): string {
  let text = "[";
  let i = 0;
  try {
    for (; i < items.length; i += 1) text += i === 0 ? canonicalJson(items[i]) : `,${canonicalJson(items[i])}`;
  } catch (error) {
    throw inside(error, `[${i}]`);
  }
  return `${text}]`;
}

function canonicalObject(members: Record<string, unknown>): string {
  let text = "";
  let at = "";
  try {
    for (at of Object.keys(members).sort()) {
      const member = members[at];
      if (member !== undefined) text += `${text === "" ? "" : ","}${key(at)}${canonicalJson(member)}`;
    }
  } catch (error) {
    throw inside(error, `.${at}`);
  }
  return `{${text}}`;
}

function inside(error: unknown, step: string): unknown {
  return error instanceof Unencodable ? new Unencodable(error.what, `${step}${error.path}`) : error;
}
