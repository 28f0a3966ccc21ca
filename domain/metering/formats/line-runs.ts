/**
 * Which line of its file each interval stands on, in few numbers: most files have a line an interval, or a line for all
 * of a day, so that a run of intervals has its lines in even steps.
 */

/** From slot `slot` on, the line is `line + step × (slots since)`. */
export interface LineRun {
  readonly slot: number;
  readonly line: number;
  readonly step: number;
}

/** The runs of `lines[from, to)`, slots counted from `from`. A line of 0 stands for a slot without a value. */
export function lineRuns(lines: ArrayLike<number>, from = 0, to = lines.length): LineRun[] {
  const runs: LineRun[] = [];
  let slot = -1;
  let line = 0;
  let step: number | null = null;
  const close = (): void => void (slot >= 0 && runs.push({ slot: slot - from, line, step: step ?? 0 }));
  for (let i = from; i < to; i++) {
    const here = lines[i]!;
    if (here === 0) continue;
    if (slot >= 0 && step === null) step = evenStep(line, here, i - slot);
    if (slot >= 0 && step !== null && line + step * (i - slot) === here) continue;
    close();
    slot = i;
    line = here;
    step = null;
  }
  close();
  return runs;
}

function evenStep(before: number, after: number, slots: number): number | null {
  const step = (after - before) / slots;
  return Number.isInteger(step) ? step : null;
}

/** The line of a slot; null before the first run. */
export function lineAt(runs: readonly LineRun[], slot: number): number | null {
  const run = runs.findLast((each) => each.slot <= slot);
  return run === undefined ? null : run.line + run.step * (slot - run.slot);
}
