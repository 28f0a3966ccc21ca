/**
 * Which line of its file each interval stands on, in few numbers: most files have a line an interval, or a line for all
 * of a day, so that a run of intervals has its lines in even steps.
 */

/** From slot `slot` on, the line is `line + step × (slots since)`; a line of 0: the file has no value there. */
export interface LineRun {
  readonly slot: number;
  readonly line: number;
  readonly step: number;
}

/** The runs of `lines[from, to)`, slots counted from `from`. A line of 0 stands for a slot without a value: it is no part of a run, and a gap behind a run says so. */
export function lineRuns(lines: ArrayLike<number>, from = 0, to = lines.length): LineRun[] {
  const runs: LineRun[] = [];
  let slot = -1;
  let line = 0;
  let step: number | null = null;
  const close = (): void => void (slot >= 0 && runs.push({ slot: slot - from, line, step: step ?? 0 }));
  for (let i = from; i < to; i++) {
    const here = lines[i]!;
    if (here === 0) {
      close();
      if (slot >= 0) runs.push({ slot: i - from, line: 0, step: 0 });
      slot = -1;
      step = null;
      continue;
    }
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

/** The line of a slot; null before the first run and in a gap. */
export function lineAt(runs: readonly LineRun[], slot: number): number | null {
  const run = runs.findLast((each) => each.slot <= slot);
  return run === undefined || run.line === 0 ? null : run.line + run.step * (slot - run.slot);
}
