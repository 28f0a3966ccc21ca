import type { WorkerProcess } from "../runtime/worker.ts";

/** The same as in wrangler.toml: the handler itself knows what is due. */
export const CRON = "* * * * *";

/**
 * Calls the Worker's scheduled handler at the start of every minute, as Cloudflare does; on one machine nobody
 * else would. A call that takes longer than a minute is not overlapped. `beside` is done ahead of each call and after it; where
 * one of the three fails, the others have their turn all the same. Returns how to stop.
 */
export function everyMinute(worker: Pick<WorkerProcess, "scheduled">, onError: (error: Error) => void, beside: { readonly before?: () => Promise<void>; readonly after?: () => Promise<void> } = {}, everyMs = 60_000): () => void {
  let timer: NodeJS.Timeout;
  let stopped = false;
  const plan = (): void => {
    timer = setTimeout(() => void call(), everyMs - (Date.now() % everyMs));
  };
  const call = async (): Promise<void> => {
    for (const work of [beside.before, () => worker.scheduled(CRON), beside.after]) {
      try {
        await work?.();
      } catch (error) {
        if (!stopped) onError(error as Error);
      }
    }
    if (!stopped) plan();
  };
  plan();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
