/** A reading that could not be stored with any channel: once its cause is mended it is taken in like any other. */
import { batchValues, classifyBatch, exceptionChanges } from "../../../db/metering/ingest.ts";
import { conditionStatements } from "../../../db/metering/conditions.ts";
import { heldReading, type ExceptionDetail, type ExceptionRow } from "../../../db/metering/exceptions.ts";
import { linesOf, sourceStatements } from "../../../db/metering/sources.ts";
import { NOTHING, refuse, type Asked, type Deciding, type ValueOutcome } from "./change.ts";

export async function decideReading(row: ExceptionRow, { decision }: Asked, { port, setting, by }: Deciding): Promise<ValueOutcome> {
  if (decision !== "accept") return NOTHING;
  const { reading, source } = JSON.parse(row.detail!) as ExceptionDetail;
  // Whoever accepts it has looked whose multiplier is right: ours.
  const taken = { ...heldReading(reading!), index: 0, multiplier: undefined };
  const batch = await classifyBatch(port, [taken], setting);
  const { result, loaded } = batch;
  const held = result.exceptions.find((found) => found.held !== null);
  if (held) return refuse("decision", `It cannot be taken in yet: ${held.sentence}`);
  const [outcome] = result.outcomes;
  if (outcome?.outcome === "rejected") return refuse("decision", `It cannot be taken in: its ${outcome.field} ${outcome.reason}.`);
  return {
    ...NOTHING,
    method: outcome?.outcome ?? null,
    others: exceptionChanges(batch, setting.now),
    // What came in a file is of the batch that brought it: so it keeps its file and line.
    statements: [
      ...batchValues(result, loaded, { ...by, batchId: source?.batchId ?? by.batchId }),
      ...conditionStatements(result, by),
      ...(source ? sourceStatements(batch, [linesOf(source, taken.kind === "register" ? 1 : taken.values.length)], source.batchId, setting.zone) : []),
    ],
    servicePointIds: result.changes.map(({ servicePointId }) => servicePointId),
  };
}
