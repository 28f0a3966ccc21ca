/** The bare minimum of a database of reads, which files and posts of reads are held against: one row an interval, inserted in sets. */
import type { SqlPort } from "../../db/port.ts";
import { perSecond } from "../harness.ts";

/** Rows in one statement: what it is fastest with. */
const ROWS_A_SET = 10_000;

export type RawInterval = readonly [channelId: number, at: number, value: number];

export async function createRawIntervals(port: SqlPort): Promise<void> {
  await port.write([{ sql: "CREATE TABLE raw_interval (channel_id INTEGER NOT NULL, at INTEGER NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (channel_id, at)) WITHOUT ROWID" }]);
}

/** @returns intervals a second */
export function insertRawIntervals(port: SqlPort, rows: readonly RawInterval[]): Promise<number> {
  return perSecond(async () => {
    for (let at = 0; at < rows.length; at += ROWS_A_SET) {
      await port.write([{ sql: "INSERT INTO raw_interval SELECT r.value->>0, r.value->>1, r.value->>2 FROM json_each(?) AS r", args: [JSON.stringify(rows.slice(at, at + ROWS_A_SET))] }]);
    }
    return rows.length;
  });
}
