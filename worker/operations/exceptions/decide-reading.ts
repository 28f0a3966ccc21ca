/** A reading that could not be stored with any channel: once its cause is mended it is taken in like any other. */
import { batchValues, classifyBatch, exceptionChanges } from "../../../db/metering/ingest.ts";
import { conditionStatements } from "../../../db/metering/conditions.ts";
import { heldReading, type ExceptionDetail, type ExceptionRow } from "../../../db/metering/exceptions.ts";
import { NOTHING, refuse, type Asked, type Deciding, type ValueOutcome } from "./change.ts";

export async function decideReading(row: ExceptionRow, { decision }: Asked, { port, setting, by }: Deciding): Promise<ValueOutcome> {
  if (decision !== "accept") return NOTHING;
  const { reading } = JSON.parse(row.detail!) as ExceptionDetail;
  const batch = await classifyBatch(port, [{ ...heldReading(reading!), index: 0 }], setting);
  const { result, loaded } = batch;
  const held = result.exceptions.find((found) => found.held !== null);
  if (held) return refuse("decision", `It cannot be taken in yet: ${held.sentence}`);
  const [outcome] = result.outcomes;
  if (outcome?.outcome === "rejected") return refuse("decision", `It cannot be taken in: its ${outcome.field} ${outcome.reason}.`);
  return {
    ...NOTHING,
    method: outcome?.outcome ?? null,
    others: exceptionChanges(batch, setting.now),
    statements: [...batchValues(result, loaded, by), ...conditionStatements(result, by)],
    servicePointIds: result.changes.map(({ servicePointId }) => servicePointId),
  };
}
