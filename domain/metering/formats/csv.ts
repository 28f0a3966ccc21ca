/**
 * Rows of delimited text: fields in double quotes may hold the delimiter, line ends and doubled quotes; a quote inside a
 * field that does not begin with one is an inch mark (5/8") and stands for itself.
 */
import { Lines } from "./lines.ts";
import { LINE_MAX } from "./read.ts";

export type Delimiter = "," | ";" | "\t" | "|";

const DELIMITERS: readonly Delimiter[] = [",", "\t", ";", "|"];

/** A field in quotes may go over this many lines, as an address does; a quote that nobody closes must not swallow the file. */
const LINES_OF_FIELD_MAX = 10;

export interface RowHandler {
  row(fields: readonly string[], line: number): void;
  problem(line: number, reason: string): void;
}

/** Splits text that comes in pieces into rows. Empty lines are no rows. */
export class CsvRows {
  readonly #handler: RowHandler;
  readonly #delimiter: Delimiter;
  readonly #lines: Lines;
  /** Lines of a row whose quotes are still open. */
  #open: string[] = [];
  #openedAt = 0;
  #openLength = 0;

  constructor(delimiter: Delimiter, handler: RowHandler) {
    this.#delimiter = delimiter;
    this.#handler = handler;
    this.#lines = new Lines({
      line: (text, number) => this.#line(text, number),
      tooLong: (number) => handler.problem(number, `the line is longer than ${LINE_MAX} characters`),
    });
  }

  push(text: string): void {
    this.#lines.push(text);
  }

  end(): void {
    this.#lines.end();
    while (this.#open.length > 0) this.#giveUp();
  }

  #line(text: string, number: number): void {
    if (this.#open.length > 0) this.#continue(text);
    else if (!text.includes('"')) this.#row(text.split(this.#delimiter), text, number);
    else {
      const fields = fieldsOf(text, this.#delimiter);
      if (fields !== null) this.#row(fields, text, number);
      else {
        this.#open = [text];
        this.#openedAt = number;
        this.#openLength = text.length;
      }
    }
  }

  #row(fields: readonly string[], text: string, number: number): void {
    if (text.length > 0 && text.trim() !== "") this.#handler.row(fields, number);
  }

  #continue(text: string): void {
    this.#open.push(text);
    this.#openLength += text.length;
    // Only a line with a quote can close the field.
    const fields = text.includes('"') ? fieldsOf(this.#open.join("\n"), this.#delimiter) : null;
    if (fields !== null) {
      this.#open = [];
      this.#handler.row(fields, this.#openedAt);
    } else if (this.#open.length > LINES_OF_FIELD_MAX || this.#openLength > LINE_MAX) this.#giveUp();
  }

  /** The first line's quote is never closed: that line is refused, and what follows it is read for itself. */
  #giveUp(): void {
    const [, ...following] = this.#open;
    const line = this.#openedAt;
    this.#open = [];
    this.#handler.problem(line, "a double quote is opened and not closed");
    let number = line;
    for (const text of following) this.#line(text, ++number);
  }
}

/** The fields of a row, or null when a quote is still open at its end. */
export function fieldsOf(text: string, delimiter: Delimiter): string[] | null {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    let start = at;
    while (text.charCodeAt(start) === 32) start++;
    if (text.charCodeAt(start) !== 34) {
      const end = text.indexOf(delimiter, at);
      if (end < 0) {
        fields.push(text.slice(at));
        return fields;
      }
      fields.push(text.slice(at, end));
      at = end + 1;
      continue;
    }
    let value = "";
    let from = start + 1;
    for (;;) {
      const quote = text.indexOf('"', from);
      if (quote < 0) return null;
      value += text.slice(from, quote);
      if (text.charCodeAt(quote + 1) !== 34) {
        from = quote + 1;
        break;
      }
      value += '"';
      from = quote + 2;
    }
    const end = text.indexOf(delimiter, from);
    // What stands between the closing quote and the delimiter belongs to the field: 5/8" written "5/8"".
    fields.push(value + text.slice(from, end < 0 ? text.length : end).trimEnd());
    if (end < 0) return fields;
    at = end + 1;
  }
}

/** The delimiter that splits the line into most fields; a comma where none does. */
export function delimiterOf(line: string): Delimiter {
  let best: Delimiter = ",";
  let most = 1;
  for (const delimiter of DELIMITERS) {
    const count = (fieldsOf(line, delimiter) ?? line.split(delimiter)).length;
    if (count > most) [best, most] = [delimiter, count];
  }
  return best;
}
