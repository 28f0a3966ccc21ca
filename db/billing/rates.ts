/** Rate versions ready to price. A published document never changes, so each is read and compiled once in the life of the process. */
import type { PricedVersion } from "../../domain/billing/price.ts";
import { compileRate, parseRateDocument, type CompiledRate } from "../../domain/rating/index.ts";
import type { SqlPort } from "../port.ts";
import type { RateHead } from "./accounts.ts";

/** More than the versions that any utility prices with at a time; beyond, they are read again. */
const REMEMBERED = 500;
const compiled = new Map<string, CompiledRate>();

/**
 * The versions of each schedule, compiled, oldest first.
 * @throws Error when a published document does not compile: it was changed behind the product's back
 */
export async function loadRates(port: SqlPort, heads: ReadonlyMap<string, readonly RateHead[]>): Promise<Map<string, readonly PricedVersion[]>> {
  const all = [...heads.values()].flat();
  const unknown = all.filter(({ documentHash }) => !compiled.has(documentHash));
  const overfull = compiled.size + unknown.length > REMEMBERED;
  if (overfull) compiled.clear();
  if (unknown.length > 0) await remember(port, overfull ? all : unknown);
  return new Map([...heads].map(([scheduleId, versions]) => [scheduleId, versions.map((head) => ({ ...head, rate: compiled.get(head.documentHash)! }))]));
}

async function remember(port: SqlPort, heads: readonly RateHead[]): Promise<void> {
  const rows = await port.query<{ documentHash: string; document: string }>(
    `SELECT v.document_hash AS "documentHash", v.document FROM json_each(?) AS w CROSS JOIN rate_version AS v ON v.schedule_id = w.value->>0 AND v.version = w.value->>1`,
    [JSON.stringify(heads.map(({ scheduleId, version }) => [scheduleId, version]))],
  );
  for (const { documentHash, document } of rows) {
    const parsed = parseRateDocument(JSON.parse(document));
    if (!parsed.ok) throw new Error(`rate document ${documentHash} is broken: ${parsed.issues.map(({ path, message }) => `${path}: ${message}`).join("; ")}`);
    compiled.set(documentHash, compileRate(parsed.document));
  }
}
