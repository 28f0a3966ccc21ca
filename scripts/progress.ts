/** Tells the person at the terminal what is going on: one line a step, with a figure that moves in long ones. */

export interface Progress {
  /** Ends the step before, if any, and begins this one. */
  step(label: string): void;
  /** How far the step is, in a few words. */
  detail(text: string): void;
  /** Ends the last step. `mark` says how. */
  end(mark?: string): void;
}

/** Where there is no terminal, a long step still says something this often. */
const PLAIN_EVERY_MS = 5_000;

export function progressOn(out: NodeJS.WriteStream): Progress {
  let label: string | undefined;
  let began = 0;
  let lastPlain = 0;
  const line = (text: string): void => {
    if (out.isTTY) out.write(`\r\x1b[2K${text}`);
    else out.write(`${text}\n`);
  };
  return {
    step(next) {
      this.end();
      label = next;
      began = lastPlain = performance.now();
      if (out.isTTY) line(`  … ${next}`);
    },
    detail(text) {
      if (label === undefined) return;
      if (out.isTTY) return line(`  … ${label}: ${text}`);
      if (performance.now() - lastPlain < PLAIN_EVERY_MS) return;
      lastPlain = performance.now();
      line(`  … ${label}: ${text}`);
    },
    end(mark = "✓") {
      if (label === undefined) return;
      line(`  ${mark} ${label} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
      if (out.isTTY) out.write("\n");
      label = undefined;
    },
  };
}
