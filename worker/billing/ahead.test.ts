import { expect, test } from "vitest";
import { ahead, paced } from "./ahead.ts";

const turn = () => new Promise<void>((done) => setImmediate(done));

test("while one is used the next two are being worked on, and they come in their order", async () => {
  const begun: number[] = [];
  const seen: [number, number][] = [];
  for await (const result of ahead([1, 2, 3, 4, 5], 2, async (n) => (begun.push(n), await turn(), n * 10))) seen.push([result, begun.length]);
  expect(seen).toEqual([[10, 3], [20, 4], [30, 5], [40, 5], [50, 5]]);
});

test("an error comes when its turn comes, after what went well before it", async () => {
  const seen: number[] = [];
  const all = async () => {
    for await (const n of ahead([1, 2, 3], 2, (each) => (each === 2 ? Promise.reject(new Error("no meter")) : Promise.resolve(each)))) seen.push(n);
  };
  await expect(all()).rejects.toThrow("no meter");
  expect(seen).toEqual([1]);
});

test("whoever stops asking leaves nothing running, and what fails then bothers nobody", async () => {
  let running = 0;
  for await (const n of ahead([1, 2, 3, 4], 2, async (each) => {
    running += 1;
    await turn();
    running -= 1;
    if (each > 1) throw new Error("too late");
    return each;
  })) {
    expect(n).toBe(1);
    break;
  }
  expect(running).toBe(0);
});

test("long work lets an answer in between, and keeps its order", async () => {
  const seen: (number | string)[] = [];
  setImmediate(() => seen.push("an answer"));
  for await (const n of paced(Array.from({ length: 25 }, (_, i) => i))) seen.push(n);
  expect(seen.filter((each) => each !== "an answer")).toEqual(Array.from({ length: 25 }, (_, i) => i));
  expect(seen.indexOf("an answer")).toBeLessThan(10);
});
