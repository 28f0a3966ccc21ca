/** What the start command asks of the demonstration, and what it gets. */
import type { Secrets } from "../runtime/secrets.ts";

export interface DemoJob {
  /** A Meterline that answers, on an empty database with the schema in it. */
  readonly url: string;
  readonly databaseUrl: string;
  readonly secrets: Secrets;
  readonly dataDir: string;
  /** How many meters the utility has. */
  readonly meters: number;
  /** How far it is, in a few words: "31 of 300 accounts". Called often; shown in place. */
  readonly onProgress: (text: string) => void;
}

export interface DemoReport {
  /** What was made and how, a line each: how many facts by commands and runs, how many were loaded in sets. */
  readonly facts: readonly string[];
}

/** Makes the demonstration utility. A load that was cut off is not resumed: the data folder is cleared and it runs again. */
export type LoadDemo = (job: DemoJob) => Promise<DemoReport>;

/** Somebody whom one can be in the demonstration. */
export interface SignIn {
  readonly role: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
  /** Where this person begins: "/", "/staff". */
  readonly path: string;
}
