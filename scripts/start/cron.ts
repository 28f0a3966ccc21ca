import type { WorkerProcess } from "../runtime/worker.ts";

/** The same as in wrangler.toml: the handler itself knows what is due. */
export const CRON = "* * * * *";

/**
 * Calls the Worker's scheduled handler at the start of every minute, as Cloudflare does; on one machine nobody
 * else would. A call that takes longer than a minute is not overlapped. `before` is done ahead of each call. Returns how to stop.
 */
export function everyMinute(worker: Pick<WorkerProcess, "scheduled">, onError: (error: Error) => void, before: () => Promise<void> = async () => {}): () => void {
  let timer: NodeJS.Timeout;
  let stopped = false;
  const plan = (): void => {
    timer = setTimeout(() => void call(), 60_000 - (Date.now() % 60_000));
  };
  const call = async (): Promise<void> => {
    try {
      await before();
      await worker.scheduled(CRON);
    } catch (error) {
      if (!stopped) onError(error as Error);
    }
    if (!stopped) plan();
  };
  plan();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
