import { expect, test } from "vitest";
import { decideProposal, type ProposalAction } from "./setting-approval.ts";

test("a word that a form made up decides nothing, not even one that every object answers to", () => {
  for (const action of ["", "settle", "constructor", "toString", "__proto__"]) {
    expect(decideProposal({ action: action as ProposalAction, status: "open", isProposer: false, aloneInSetUp: false, reason: "" }), action).toMatchObject({ ok: false, refusal: { code: "action" } });
  }
});
