/** What went wrong at a libSQL server, in the port's three kinds: refused rows, no answer, a wrong statement. */
import { HranaError, HttpStatusError } from "./hrana.ts";
import { ConstraintError, UnavailableError } from "./port.ts";
import { constraintOf } from "./sqlite-errors.ts";

/** The write lock was not to be had; the batch was not executed, so it can be sent again. */
export function isBusy(error: unknown): boolean {
  return error instanceof HranaError && /^SQLITE_(BUSY|LOCKED)/.test(error.code);
}

/** Codes with which the server says that it rolled back and that the statement is not to blame. */
const ROLLED_BACK: Readonly<Record<string, string>> = {
  TRANSACTION_TIMEOUT: "the batch held the write lock for more than 5 s while others waited, and was cut",
  TRANSACTION_BUSY: "the database was busy with other writes",
  BLOCKED: "the database is blocked by its provider",
  SQLITE_READONLY: "the database takes no writes",
};

/** Codes of a disk or a machine that fails: whether the commit was stored is not known. */
const FAILING = /^(SQLITE_(IOERR|FULL|NOMEM|CANTOPEN|PROTOCOL)|INTERNAL)/;

/** Answers that are given before anything is executed. */
const REFUSED_STATUS: Readonly<Record<number, string>> = {
  401: "the database refused the token",
  403: "the database refused the token",
  404: "there is no database at this address",
  429: "the database takes no more requests for now",
};

/** The request never left, by Node's codes. workerd has one message for all, and so says "unknown". */
const NOT_SENT: ReadonlySet<unknown> = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"]);

/** The error to throw to the caller. A read has no outcome to be unsure of. */
export function explainLibsql(error: unknown, kind: "read" | "write"): Error {
  const unavailable = (outcome: "none" | "unknown", what: string) =>
    new UnavailableError(kind === "read" ? "none" : outcome, `${what} (${error instanceof Error ? error.message : error})`, { cause: error });

  if (error instanceof HranaError) return ofServer(error, unavailable);
  if (error instanceof HttpStatusError) return ofStatus(error, unavailable);
  if (error instanceof RangeError) return error;
  return wasNotSent(error) ? unavailable("none", "the database cannot be reached") : unavailable("unknown", "the database did not answer");
}

type Unavailable = (outcome: "none" | "unknown", what: string) => Error;

function ofServer(error: HranaError, unavailable: Unavailable): Error {
  const message = error.message.replace(/^SQLite error: /, "");
  if (error.code.startsWith("SQLITE_CONSTRAINT")) return new ConstraintError(constraintOf(message), { cause: error });
  const rolledBack = ROLLED_BACK[error.code];
  if (rolledBack) return unavailable("none", rolledBack);
  if (FAILING.test(error.code)) return unavailable("unknown", "the database failed");
  if (error.code === "RESPONSE_TOO_LARGE") return new Error("the answer is larger than the 10 MB that the database sends; read it in pages", { cause: error });
  if (message.includes("string or blob too big")) return new Error("a value is larger than the 5 MB that the database takes", { cause: error });
  return new Error(message, { cause: error });
}

function ofStatus(error: HttpStatusError, unavailable: Unavailable): Error {
  const refused = REFUSED_STATUS[error.status];
  if (refused) return unavailable("none", refused);
  return error.status < 500 ? new Error(error.message, { cause: error }) : unavailable("unknown", "the database failed");
}

function wasNotSent(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (NOT_SENT.has((at as { code?: unknown }).code)) return true;
  }
  return false;
}
