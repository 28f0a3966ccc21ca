import { UnavailableError, type SqlPort } from "../../db/port.ts";

/** A port that lets so many writes pass, then none. */
export function failingAfter(port: SqlPort, writes: number): SqlPort {
  let left = writes;
  return {
    query: (sql, args) => port.query(sql, args),
    read: (statements) => port.read(statements),
    write: async (statements) => {
      if (left-- <= 0) throw new UnavailableError("none", "the database is away");
      return port.write(statements);
    },
  };
}
