import { describeCommitSet } from "./commit.contract.testing.ts";
import { openMemory } from "./memory.ts";

describeCommitSet("the bulk commit in memory", () => {
  const port = openMemory();
  return { port, close: async () => port.close() };
});
