import { openMemory } from "./memory.ts";
import { describePort } from "./port.contract.testing.ts";

describePort("the book of record in memory", () => {
  const port = openMemory();
  return { port, close: () => port.close() };
});
