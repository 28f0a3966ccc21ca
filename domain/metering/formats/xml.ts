/**
 * A scanner for XML that comes in pieces cut anywhere. It tells of elements as they open and close, checks that the document
 * is well formed as far as that shows without a schema, and keeps nothing but the open elements. It is our own because files
 * of reads are nearly all markup, and building an object for each element costs ten times what reading them does.
 *
 * Understood: namespaces, comments, CDATA, processing instructions, the five entities and character references.
 * Document types are passed over; what they define is never expanded, so no document can make itself larger than it is.
 */

/** Elements inside each other; documents of reads nest about ten deep. */
const DEPTH_MAX = 100;

/** Characters of one tag, comment or leaf. */
const TOKEN_MAX = 1_048_576;

const LT = 60;
const GT = 62;
const SLASH = 47;
const COLON = 58;
const BANG = 33;
const QUESTION = 63;

export interface XmlHandler {
  /** An element of the vocabulary opens; `name` is its number, from 1. */
  open(name: number, tag: XmlTag): void;
  /** It closes. */
  close(name: number): void;
  /** One of the leaves, with its text; neither `open` nor `close` is told of it. */
  leaf(name: number, text: string): void;
  /** The document is not well formed; nothing more of it will be told. */
  malformed(line: number, reason: string): void;
}

/** The tag that the handler is being told of. */
export interface XmlTag {
  /** Line on which it begins, from 1. */
  readonly line: number;
  /** Value of the attribute, or null. */
  attribute(name: string): string | null;
}

export interface XmlVocabulary {
  /** Local names that the handler wants to know, numbered from 1. */
  readonly names: readonly string[];
  /** Those among them that hold text and nothing else. */
  readonly leaves: readonly string[];
  /** Namespaces of other people's extensions: their elements are passed over with all that is in them. */
  readonly foreign: (namespace: string) => boolean;
}

/** A name of the vocabulary. */
interface KnownName {
  readonly local: string;
  /** Its number; 0 for the names that are not in the vocabulary. */
  readonly id: number;
  readonly leaf: boolean;
  /** As it was written last, prefix and all: nearly always as it is written next. */
  qualified: string;
  prefix: string | null;
  /** The tag that opened after it last: files of reads repeat themselves, and this is tried first. */
  next: KnownName | null;
}

/** Namespaces in force: whether what has no prefix, and what has each prefix, belongs to a foreign one. */
interface Scope {
  readonly foreign: boolean;
  readonly prefixes: ReadonlyMap<string, boolean>;
}

const OWN: Scope = { foreign: false, prefixes: new Map() };

export class XmlScanner implements XmlTag {
  readonly #handler: XmlHandler;
  readonly #foreign: (namespace: string) => boolean;
  readonly #byLength: readonly (readonly KnownName[])[];
  readonly #unknown: KnownName = { local: "", id: 0, leaf: false, qualified: "", prefix: null, next: null };

  #text = "";
  /** What is before has been told of. */
  #at = 0;
  #dead = false;
  #rooted = false;
  /** Lines are counted when somebody asks: up to here, there were so many. */
  #counted = 0;
  #line = 1;

  /** The open elements: what they are, how their name is written, where they began, and the namespaces outside. */
  #depth = 0;
  readonly #known: KnownName[] = [];
  readonly #names: string[] = [];
  readonly #lines: number[] = [];
  readonly #outer: (Scope | null)[] = [];
  #scope = OWN;
  /** Depth of a foreign element that is open; 0: none is. */
  #skipped = 0;

  /** Depth of a leaf whose text comes in several parts, and what there is of it; 0: none is open. */
  #leafDepth = 0;
  #leafText = "";

  #last: KnownName = this.#unknown;
  /** The tag being told of: where it begins, where its attributes do, and where it ends. */
  #tagAt = 0;
  #tagFrom = 0;
  #tagTo = 0;

  constructor(vocabulary: XmlVocabulary, handler: XmlHandler) {
    this.#handler = handler;
    this.#foreign = vocabulary.foreign;
    const longest = Math.max(...vocabulary.names.map((name) => name.length));
    const byLength: KnownName[][] = Array.from({ length: longest + 1 }, () => []);
    vocabulary.names.forEach((local, i) => byLength[local.length]!.push({ local, id: i + 1, leaf: vocabulary.leaves.includes(local), qualified: local, prefix: null, next: null }));
    this.#byLength = byLength;
  }

  push(piece: string): void {
    if (this.#dead) return;
    this.#countTo(this.#at);
    this.#text = this.#at < this.#text.length ? this.#text.slice(this.#at) + piece : piece;
    this.#counted = this.#at = 0;
    this.#scan(this.#text);
    if (!this.#dead && this.#text.length - this.#at > TOKEN_MAX) this.#fail(this.#at, `a tag, comment or text is longer than ${TOKEN_MAX} characters`);
  }

  end(): void {
    if (this.#dead) return;
    if (this.#at < this.#text.length) this.#fail(this.#text.length, "the document ends inside a tag, comment or text");
    else if (this.#depth > 0) this.#fail(this.#text.length, `the document ends inside <${this.#names[this.#depth - 1]!}>, opened on line ${this.#lines[this.#depth - 1]!}`);
    else if (!this.#rooted) this.#fail(this.#text.length, "there is no element in the document");
  }

  get line(): number {
    this.#countTo(this.#tagAt);
    return this.#line;
  }

  attribute(name: string): string | null {
    const value = new RegExp(`\\s(?:[\\w.-]+:)?${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(this.#text.slice(this.#tagFrom, this.#tagTo));
    return value === null ? null : unescaped(value[1] ?? value[2]!);
  }

  #countTo(to: number): void {
    const text = this.#text;
    let at = this.#counted;
    if (to <= at) return;
    for (at = text.indexOf("\n", at); at >= 0 && at < to; at = text.indexOf("\n", at + 1)) this.#line++;
    this.#counted = to;
  }

  #fail(at: number, reason: string): false {
    this.#countTo(at);
    this.#dead = true;
    this.#handler.malformed(this.#line, reason);
    this.#text = "";
    this.#counted = this.#at = 0;
    return false;
  }

  /** Tells of everything that is complete; stops before what is cut off. */
  #scan(text: string): void {
    while (!this.#dead) {
      const tag = text.indexOf("<", this.#at);
      if (tag !== this.#at && !this.#characters(text, tag)) return;
      if (tag < 0 || !this.#markup(text, tag)) return;
    }
  }

  #characters(text: string, tag: number): boolean {
    const to = tag < 0 ? text.length : tag;
    if (this.#leafDepth > 0) {
      if (tag < 0) return false;
      if (this.#depth === this.#leafDepth) this.#leafText += unescaped(text.slice(this.#at, to));
    } else if (this.#depth === 0) {
      const stray = text.slice(this.#at, to).search(/\S/);
      if (stray >= 0) return this.#fail(this.#at + stray, this.#rooted ? "there is text after the end of the document" : "there is text before the first element");
    }
    this.#at = to;
    return true;
  }

  /** The tag, comment or the like that begins at `tag`; false when its end is not there yet, or the document is done with. */
  #markup(text: string, tag: number): boolean {
    const first = text.charCodeAt(tag + 1);
    if (first === SLASH) return this.#closeTag(text, tag);
    if (first === BANG) return this.#declaration(text, tag);
    if (first === QUESTION) return this.#passOver(text, "?>", tag + 2);
    return this.#openTag(text, tag);
  }

  #passOver(text: string, terminator: string, from: number): boolean {
    const end = text.indexOf(terminator, from);
    if (end < 0) return false;
    this.#at = end + terminator.length;
    return true;
  }

  #declaration(text: string, tag: number): boolean {
    if (text.startsWith("<!--", tag)) return this.#passOver(text, "-->", tag + 4);
    if (text.startsWith("<![CDATA[", tag)) {
      const from = tag + 9;
      if (!this.#passOver(text, "]]>", from)) return false;
      if (this.#leafDepth > 0 && this.#depth === this.#leafDepth) this.#leafText += text.slice(from, this.#at - 3);
      return true;
    }
    if (text.length - tag < 9) return false;
    if (!text.startsWith("<!DOCTYPE", tag)) return this.#fail(tag, 'after "<!" comes neither a comment nor CDATA nor a document type');
    const end = endOfDoctype(text, tag + 9);
    if (end < 0) return false;
    this.#at = end;
    return true;
  }

  #closeTag(text: string, tag: number): boolean {
    const from = tag + 2;
    if (this.#depth > 0) {
      const name = this.#names[this.#depth - 1]!;
      if (text.charCodeAt(from + name.length) === GT && standsAt(text, from, name)) {
        this.#at = from + name.length + 1;
        this.#pop();
        return true;
      }
    }
    return this.#unusualClose(text, tag, from);
  }

  #unusualClose(text: string, tag: number, from: number): boolean {
    const end = text.indexOf(">", from);
    if (end < 0) return false;
    const written = text.slice(from, end).trim();
    if (this.#depth === 0) return this.#fail(tag, `</${written.slice(0, 80)}> closes nothing`);
    const name = this.#names[this.#depth - 1]!;
    if (written !== name) return this.#fail(tag, `</${written.slice(0, 80)}> closes <${name}>, which was opened on line ${this.#lines[this.#depth - 1]!}`);
    this.#at = end + 1;
    this.#pop();
    return true;
  }

  #pop(): void {
    const depth = this.#depth--;
    const known = this.#known[depth - 1]!;
    const outer = this.#outer[depth - 1]!;
    if (outer !== null) this.#scope = outer;
    if (this.#skipped > 0) {
      if (depth === this.#skipped) this.#skipped = 0;
    } else if (this.#leafDepth > 0) {
      if (depth > this.#leafDepth) return;
      this.#leafDepth = 0;
      this.#handler.leaf(known.id, this.#leafText);
    } else if (known.id !== 0) this.#handler.close(known.id);
  }

  #openTag(text: string, tag: number): boolean {
    const expected = this.#last.next;
    if (expected !== null) {
      const nameTo = tag + 1 + expected.qualified.length;
      if (text.charCodeAt(nameTo) === GT && standsAt(text, tag + 1, expected.qualified) && !this.#isForeign(expected)) return this.#element(text, expected, tag, nameTo, nameTo, false, null);
    }
    return this.#unexpectedTag(text, tag);
  }

  #unexpectedTag(text: string, tag: number): boolean {
    let colon = -1;
    let nameTo = tag + 1;
    for (; nameTo < text.length; nameTo++) {
      const code = text.charCodeAt(nameTo);
      if (code === COLON) colon = nameTo;
      else if (code <= 32 || code === GT || code === SLASH || code === LT) break;
    }
    if (nameTo >= text.length) return false;
    if (nameTo === tag + 1) return this.#fail(tag, '"<" is not the beginning of a tag');
    const end = text.charCodeAt(nameTo) === GT ? nameTo : endOfTag(text, nameTo);
    if (end === CUT_OFF) return false;
    if (end === NO_TAG) return this.#fail(tag, '"<" stands inside a tag');
    const local = colon < 0 ? tag + 1 : colon + 1;
    const known = this.#knownName(text, local, nameTo - local);
    const written = nameTo - tag - 1;
    if (known.id === 0 || known.qualified.length !== written || !standsAt(text, tag + 1, known.qualified)) {
      known.qualified = text.slice(tag + 1, nameTo);
      known.prefix = colon < 0 ? null : text.slice(tag + 1, colon);
    }
    if (known.id !== 0 && end === nameTo) this.#last.next = known;
    const declares = end > nameTo && text.slice(nameTo, end).includes("xmlns");
    const outer = declares ? this.#scope : null;
    if (declares) this.#scope = declaredScope(text.slice(nameTo, end), this.#scope, this.#foreign);
    return this.#element(text, known, tag, nameTo, end, this.#isForeign(known), outer);
  }

  #element(text: string, known: KnownName, tag: number, nameTo: number, end: number, foreign: boolean, outer: Scope | null): boolean {
    const plain = this.#skipped === 0 && this.#leafDepth === 0 && !foreign;
    if (plain && known.leaf && end === nameTo && this.#depth > 0) {
      // A leaf with plain text, there to its end: half of all tags.
      const length = known.qualified.length;
      const textTo = text.indexOf("<", nameTo + 1);
      const closeTo = textTo + 2 + length;
      if (textTo < 0 || closeTo >= text.length) return false;
      if (text.charCodeAt(textTo + 1) === SLASH && text.charCodeAt(closeTo) === GT && standsAt(text, textTo + 2, known.qualified)) {
        const value = text.slice(nameTo + 1, textTo);
        this.#at = closeTo + 1;
        this.#last = known;
        this.#handler.leaf(known.id, value.includes("&") ? unescaped(value) : value);
        return true;
      }
    }
    if (this.#depth === 0) {
      if (this.#rooted) return this.#fail(tag, `a second document begins here with <${known.qualified}>`);
      this.#rooted = true;
    }
    if (this.#depth >= DEPTH_MAX) return this.#fail(tag, `more than ${DEPTH_MAX} elements are inside each other`);
    this.#tagAt = tag;
    this.#tagFrom = nameTo;
    this.#tagTo = end;
    this.#last = known;
    this.#push(known, outer);
    if (foreign && this.#skipped === 0) this.#skipped = this.#depth;
    this.#at = end + 1;
    if (plain && known.id !== 0) {
      if (known.leaf) {
        this.#leafDepth = this.#depth;
        this.#leafText = "";
      } else this.#handler.open(known.id, this);
    }
    if (this.#dead) return false;
    if (end > nameTo && text.charCodeAt(end - 1) === SLASH) this.#pop();
    return true;
  }

  #push(known: KnownName, outer: Scope | null): void {
    const at = this.#depth++;
    this.#known[at] = known;
    this.#names[at] = known.qualified;
    this.#lines[at] = this.line;
    this.#outer[at] = outer;
  }

  #knownName(text: string, at: number, length: number): KnownName {
    const candidates = this.#byLength[length];
    if (candidates !== undefined) {
      for (let i = 0; i < candidates.length; i++) if (standsAt(text, at, candidates[i]!.local)) return candidates[i]!;
    }
    return this.#unknown;
  }

  #isForeign({ prefix }: KnownName): boolean {
    return prefix === null ? this.#scope.foreign : (this.#scope.prefixes.get(prefix) ?? false);
  }
}

/** Faster than `startsWith` for names of a few letters. */
function standsAt(text: string, at: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) if (text.charCodeAt(at + i) !== name.charCodeAt(i)) return false;
  return true;
}

const CUT_OFF = -1;
const NO_TAG = -2;

/** Position of the `>` that ends a tag, past attributes in quotes; or `CUT_OFF`, or `NO_TAG` when a `<` comes first. */
function endOfTag(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === GT) return at;
    if (code === LT) return NO_TAG;
    if (code === 34 || code === 39) {
      at = text.indexOf(code === 34 ? '"' : "'", at + 1);
      if (at < 0) return CUT_OFF;
    }
  }
  return CUT_OFF;
}

/** Position after a document type with its internal subset, or -1 when it is not there yet. */
function endOfDoctype(text: string, from: number): number {
  let inside = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34 || code === 39) {
      at = text.indexOf(code === 34 ? '"' : "'", at + 1);
      if (at < 0) return -1;
    } else if (code === 91) inside++;
    else if (code === 93) inside--;
    else if (code === GT && inside <= 0) return at + 1;
  }
  return -1;
}

const NAMESPACE = /\sxmlns(?::([\w.-]+))?\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

function declaredScope(attributes: string, outer: Scope, isForeign: (namespace: string) => boolean): Scope {
  let { foreign } = outer;
  let prefixes: Map<string, boolean> | null = null;
  for (const [, prefix, double, single] of attributes.matchAll(NAMESPACE)) {
    const value = isForeign(double ?? single!);
    if (prefix === undefined) foreign = value;
    else if (value || outer.prefixes.get(prefix)) (prefixes ??= new Map(outer.prefixes)).set(prefix, value);
  }
  return { foreign, prefixes: prefixes ?? outer.prefixes };
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** No character of its own: nothing, half of one, or beyond the last. What refers to it stands as it is. */
const isNoCharacter = (code: number): boolean => code === 0 || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff;

/** Text with the five entities and character references resolved; others stand as they are. */
export function unescaped(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex: string | undefined, decimal: string | undefined, name: string | undefined) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return isNoCharacter(code) ? whole : String.fromCodePoint(code);
  });
}
