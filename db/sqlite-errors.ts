/** What SQLite says when it refuses a row, in the words of the port. */

/**
 * The constraint's name out of SQLite's message: the columns of a broken UNIQUE or PRIMARY KEY (`event.stream, event.seq`),
 * `NOT NULL bill.id`, `CHECK amount > 0`, `FOREIGN KEY`, or the text of a trigger's RAISE as it stands.
 */
export function constraintOf(message: string): string {
  const match = /^(UNIQUE|PRIMARY KEY|NOT NULL|CHECK|FOREIGN KEY) constraint failed(?:: (.*))?$/s.exec(message);
  if (!match) return message;
  const [, kind = "", what] = match;
  if (what === undefined) return kind;
  return kind === "UNIQUE" || kind === "PRIMARY KEY" ? what : `${kind} ${what}`;
}
