/**
 * Works on items in their order, and on up to `depth` further ones while the caller uses what came out of one. Once the caller
 * stops asking, nothing new is begun and what has begun is waited for. @throws what `work` threw for an item, when its turn comes
 */
export async function* ahead<T, R>(items: Iterable<T>, depth: number, work: (item: T) => Promise<R>): AsyncGenerator<R> {
  const begun: Promise<R>[] = [];
  try {
    for (const item of items) {
      const result = work(item);
      // Its turn may never come, and an error that nobody asked for must not be an unhandled rejection.
      result.catch(() => undefined);
      begun.push(result);
      if (begun.length > depth) yield await begun.shift()!;
    }
    while (begun.length > 0) yield await begun.shift()!;
  } finally {
    await Promise.allSettled(begun);
  }
}

/** Some three milliseconds of deciding on bills. */
const ITEMS_A_BREATH = 10;

/**
 * The items, with a pause now and then in which what has arrived is taken and sent on. Work of many milliseconds in one piece
 * would keep the answer of a commit waiting, and the next commit with it.
 */
export async function* paced<T>(items: Iterable<T>): AsyncGenerator<T> {
  let n = 0;
  for (const item of items) {
    if (n % ITEMS_A_BREATH === 0) await new Promise((go) => setImmediate(go));
    n += 1;
    yield item;
  }
}
