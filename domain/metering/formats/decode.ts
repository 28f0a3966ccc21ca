/** Bytes of a file as text, piece by piece: UTF-8 unless a byte-order mark or an XML declaration says otherwise. */

/** A declaration stands in the first line of the document. */
const DECLARATION_MAX = 200;

/** Declared encodings that are met with; anything else is read as UTF-8, which every other one contains for digits. */
const DECLARED: Readonly<Record<string, string>> = { "iso-8859-1": "windows-1252", latin1: "windows-1252", "us-ascii": "utf-8", "windows-1252": "windows-1252", "utf-16": "utf-16le" };

/** Encodings that may be named for a file that does not show its own. */
export const CHARSETS = ["utf-8", "windows-1252", "utf-16le", "utf-16be"] as const;
export type Charset = (typeof CHARSETS)[number];

export interface DecodeOptions {
  /** What the file is in; null: what its beginning shows. */
  readonly charset?: Charset | null;
  /** True: bytes that are no text throw a TypeError instead of becoming U+FFFD. */
  readonly strict?: boolean;
}

export class TextPieces {
  readonly #charset: Charset | null;
  readonly #strict: boolean;
  #decoder: TextDecoder | null = null;
  /** The first bytes, until there are enough to see what they are in. */
  #start = new Uint8Array(0);

  constructor({ charset = null, strict = false }: DecodeOptions = {}) {
    this.#charset = charset;
    this.#strict = strict;
  }

  /** The text of the next bytes; a character cut at their end comes with the bytes that follow. */
  text(bytes: Uint8Array): string {
    if (this.#decoder !== null) return this.#decoder.decode(bytes, { stream: true });
    this.#start = joined(this.#start, bytes);
    return this.#start.length < DECLARATION_MAX ? "" : this.#begin();
  }

  /** What was held back. */
  end(): string {
    const start = this.#decoder === null ? this.#begin() : "";
    return start + this.#decoder!.decode();
  }

  #begin(): string {
    const start = this.#start;
    this.#start = new Uint8Array(0);
    this.#decoder = new TextDecoder(this.#charset ?? encodingOf(start), { fatal: this.#strict });
    return this.#decoder.decode(start, { stream: true });
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
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
