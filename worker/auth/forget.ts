/** What is over and kept for nobody: sessions and links past their time, counts of windows that have passed. */
import type { SqlPort } from "../../db/port.ts";
import { LONGEST_WINDOW_MS } from "./attempts.ts";

/** Called by the cron now and then; nothing depends on when, since everything over is refused already. */
export async function forgetWhatIsOver(port: SqlPort, now: number): Promise<void> {
  await port.write([
    { sql: "DELETE FROM auth_session WHERE expires_at <= ?", args: [now] },
    { sql: "DELETE FROM auth_verification WHERE expires_at <= ?", args: [now] },
    { sql: "DELETE FROM rate_limit WHERE window_start < ?", args: [now - LONGEST_WINDOW_MS] },
  ]);
}
