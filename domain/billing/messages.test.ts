import { expect, test } from "vitest";
import { correctionMessage } from "./messages.ts";

const was = { billId: "1001-20260401", number: "1001-20260401", charges: 80_00, cause: "wrongRead" } as const;

test("a corrected bill says which bill it replaces, why, and what that changes, without a minus sign", () => {
  expect(correctionMessage(was, 62_50).en).toBe("This bill replaces bill 1001-20260401, because a meter reading was wrong and has been corrected. Its charges are $62.50, $17.50 less than before. What you paid on the bill before counts for this one.");
  expect(correctionMessage(was, 95_00).es).toContain("Sus cargos son $95.00, $15.00 más que antes.");
  expect(correctionMessage(was, 80_00).en).toContain("Its charges are the same.");
});
