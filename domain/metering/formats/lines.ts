/** Lines of a text that comes in pieces cut anywhere. Ends of lines: LF, CRLF, and CR alone as old exports have it. */
import { LINE_MAX } from "./read.ts";

export interface LineHandler {
  line(text: string, number: number): void;
  /** A line beyond `LINE_MAX`; none of it was kept. */
  tooLong(number: number): void;
}

export class Lines {
  readonly #handler: LineHandler;
  #rest = "";
  #number = 1;
  #dropping = false;
  #returnOnly: boolean | null = null;

  constructor(handler: LineHandler) {
    this.#handler = handler;
  }

  push(piece: string): void {
    let text = this.#rest === "" ? piece : this.#rest + piece;
    if (this.#returnOnly === null) this.#returnOnly = text.includes("\n") ? false : /\r[^\n]/.test(text) ? true : null;
    if (this.#returnOnly === true) text = text.replaceAll("\r", "\n");
    let from = 0;
    for (let to = text.indexOf("\n", from); to >= 0; to = text.indexOf("\n", from)) {
      this.#give(text, from, to);
      from = to + 1;
    }
    this.#rest = from === 0 ? text : text.slice(from);
    if (this.#rest.length > LINE_MAX) {
      this.#dropping = true;
      this.#rest = "";
    }
  }

  end(): void {
    if (this.#rest !== "" || this.#dropping) this.#give(this.#rest, 0, this.#rest.length);
    this.#rest = "";
  }

  #give(text: string, from: number, to: number): void {
    const number = this.#number++;
    if (this.#dropping || to - from > LINE_MAX) {
      this.#dropping = false;
      this.#handler.tooLong(number);
      return;
    }
    this.#handler.line(text.slice(from, to > from && text.charCodeAt(to - 1) === 13 ? to - 1 : to), number);
  }
}
