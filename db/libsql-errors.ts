/** What went wrong at a libSQL server, in the port's three kinds: refused rows, no answer, a wrong statement. */
import { ConstraintError, UnavailableError } from "./port.ts";
import { constraintOf } from "./sqlite-errors.ts";

/** The write lock was not to be had; nothing of the batch was executed, so it can be sent again. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error));
}

/** Codes with which the server says that it rolled back and that the statement is not to blame. */
const ROLLED_BACK: Readonly<Record<string, string>> = {
  TRANSACTION_TIMEOUT: "the batch held the write lock for more than 5 s and was cut",
  TRANSACTION_BUSY: "the database was busy with other writes",
  BLOCKED: "the database is blocked by its provider",
  SQLITE_READONLY: "the database takes no writes",
};

/** Codes of a disk that fails: whether the commit reached it is not known. */
const DISK = /^SQLITE_(IOERR|FULL|NOMEM|CANTOPEN|PROTOCOL)/;

/** The request never left, by Node's error codes. */
const NOT_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"]);

/** Answers that a server gives before it executes anything. */
const REFUSED_STATUS: Readonly<Record<number, string>> = {
  401: "the database refused the token",
  403: "the database refused the token",
  404: "there is no database at this address",
  429: "the database takes no more requests for now",
};

/** The error to throw to the caller. A read has no outcome to be unsure of. */
export function explainLibsql(error: unknown, kind: "read" | "write"): Error {
  const unavailable = (outcome: "none" | "unknown", message: string) =>
    new UnavailableError(kind === "read" ? "none" : outcome, message, { cause: error });
  const code = codeOf(error);
  const message = messageOf(error);

  if (code.startsWith("SQLITE_CONSTRAINT")) return new ConstraintError(constraintOf(message), { cause: error });
  const rolledBack = ROLLED_BACK[code];
  if (rolledBack) return unavailable("none", `${rolledBack} (${message})`);
  if (DISK.test(code)) return unavailable("unknown", `the database's disk failed (${message})`);
  if (code === "RESPONSE_TOO_LARGE") return new Error("the answer is larger than the 10 MB that the database sends; read it in pages", { cause: error });
  if (/string or blob too big/.test(message)) return new Error("a value is larger than the 5 MB that the database takes", { cause: error });
  if (code === "SERVER_ERROR") return ofStatus(error, message, unavailable);
  if (/^(SQL|ARGS)/.test(code)) return new Error(message, { cause: error });
  if (error instanceof RangeError) return error;

  if (error instanceof UnavailableError) return unavailable(error.outcome, error.message);
  return wasNotSent(error)
    ? unavailable("none", `the database cannot be reached (${message})`)
    : unavailable("unknown", `the database did not answer (${message})`);
}

function ofStatus(error: unknown, message: string, unavailable: (outcome: "none" | "unknown", message: string) => Error): Error {
  const status = (causeOf(error) as { status?: number })?.status ?? 500;
  const refused = REFUSED_STATUS[status];
  if (refused) return unavailable("none", `${refused} (${message})`);
  return status < 500 ? new Error(message, { cause: error }) : unavailable("unknown", `the database failed (${message})`);
}

function wasNotSent(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (NOT_SENT.has((at as { code?: string }).code ?? "")) return true;
  }
  return false;
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : "";
}

/** The client puts its code before the server's message, twice; the cause has it as it came, with the server's own prefix. */
function messageOf(error: unknown): string {
  const said = causeOf(error) ?? error;
  return (said instanceof Error ? said.message : String(said)).replace(/^SQLite error: /, "");
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
