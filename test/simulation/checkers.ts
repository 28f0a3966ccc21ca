/** What must be true of the book at every moment, whatever has failed. Slow and obvious on purpose. */
import type { SqlPort } from "../../db/port.ts";
import { verifyLog } from "../../db/log.ts";
import type { AccountEvent } from "../../domain/lifecycle/account/events.ts";
import { currentBalance, openDues } from "../../domain/lifecycle/account/budget-billing.ts";
import { replay } from "../../domain/lifecycle/account/evolve.ts";
import { balanceOf, emptyAccount, type AccountState } from "../../domain/lifecycle/account/state.ts";

/** Every violation in words; an empty list when the book is sound. */
export async function checkBook(port: SqlPort): Promise<string[]> {
  const wrong: string[] = [];
  const { broken } = await verifyLog(port);
  if (broken) wrong.push(`chain: ${broken.stream} event ${broken.seq}: ${broken.reason}`);

  const unbalanced = await port.query<{ stream: string; seq: number; total: number }>("SELECT stream, seq, sum(amount) AS total FROM ledger_entry GROUP BY stream, seq HAVING sum(amount) <> 0");
  for (const { stream, seq, total } of unbalanced) wrong.push(`${stream} event ${seq}: its entries sum to ${total}`);

  const accounts = await port.query<{ id: string; balance: number; state: string; receivable: number }>(
    `SELECT s.account_id AS id, s.balance, s.state,
       (SELECT coalesce(sum(amount), 0) FROM ledger_entry e WHERE e.stream = 'account:' || s.account_id AND e.gl_account = '1200') AS receivable
     FROM account_state s`,
  );
  for (const { id, balance, state, receivable } of accounts) {
    if (balance !== receivable) wrong.push(`account ${id}: balance ${balance}, its receivable entries ${receivable}`);
    const events = await port.query<{ type: string; data: string }>("SELECT type, data FROM event WHERE stream = ? ORDER BY seq", [`account:${id}`]);
    const replayed = replay(emptyAccount(id), events.map((event) => ({ type: event.type, data: JSON.parse(event.data) as object }) as AccountEvent));
    if (JSON.stringify(sorted(replayed)) !== JSON.stringify(sorted(JSON.parse(state) as AccountState))) wrong.push(`account ${id}: its log replays to another state`);
    const dues = openDues(replayed).reduce((sum, { open }) => sum + open, 0) - (replayed.budget ? 0 : replayed.credit);
    const due = currentBalance(replayed);
    if (dues !== (replayed.budget ? Math.max(0, due) : due)) wrong.push(`account ${id}: what is due by its day is ${dues}, the current balance ${due}`);
    if (replayed.budget?.status !== "on" && due !== balance) wrong.push(`account ${id}: without a budget ${due} is due and ${balance} is owed`);
    if (balanceOf(replayed) !== balance) wrong.push(`account ${id}: its log replays to ${balanceOf(replayed)}, not ${balance}`);
  }

  const [control] = await port.query<{ receivable: number; balances: number }>(
    "SELECT (SELECT coalesce(sum(amount), 0) FROM ledger_entry WHERE gl_account = '1200') AS receivable, (SELECT coalesce(sum(balance), 0) FROM account_state) AS balances",
  );
  if (control!.receivable !== control!.balances) wrong.push(`control account ${control!.receivable}, sum of balances ${control!.balances}`);

  const misplaced = await port.query<{ id: string; status: string }>(
    `SELECT b.id, b.status FROM bill b WHERE (b.status = 'canceled') <> EXISTS (SELECT 1 FROM event e WHERE e.stream = 'account:' || b.account_id AND e.type = 'BillCanceled' AND e.data->>'billId' = b.id)`,
  );
  for (const { id, status } of misplaced) wrong.push(`bill ${id} is ${status}, which its account's log does not say`);

  const lonely = await port.query<{ id: string }>(
    `SELECT p.id FROM payment p WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.stream = 'account:' || p.account_id AND e.seq = p.seq AND json_extract(e.data, '$.paymentId') = p.id)`,
  );
  for (const { id } of lonely) wrong.push(`payment ${id} has no event`);
  return wrong;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, sorted(member)]));
}
