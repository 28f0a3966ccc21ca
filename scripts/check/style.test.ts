import { expect, test } from "vitest";
import { blankComments } from "./source.ts";
import { checkStyle } from "./style.ts";

const rules = (path: string, code: string) => checkStyle([{ path, code: blankComments(code) }]).map(({ line, rule }) => `${line} ${rule}`);

test.each([
  ["const now = Date.now();", "1 no-clock-in-domain"],
  ["\nconst now = new Date( );", "2 no-clock-in-domain"],
  ["const id = crypto.randomUUID();", "1 no-chance-in-domain"],
  ["const dice = Math.random();", "1 no-chance-in-domain"],
  ["const cents = parseFloat(text) * 100;", "1 no-float-in-domain"],
  ["return amount.toFixed(2);", "1 no-float-in-domain"],
  ["await fetch(url);", "1 no-input-output-in-domain"],
])("in domain/ %j is found", (code, found) => {
  expect(rules("domain/a.ts", code)).toEqual([found]);
});

test("elsewhere, in tests and in comments the same words are nobody's business", () => {
  const code = "const now = Date.now();";
  expect(rules("worker/a.ts", code)).toEqual([]);
  expect(rules("domain/a.test.ts", code)).toEqual([]);
  expect(rules("domain/a.ts", `// ${code}\n/* ${code} */`)).toEqual([]);
  expect(rules("domain/a.ts", "const day = new Date(instant);")).toEqual([]);
});

test("a focused test is found wherever it stands", () => {
  // Put together, so that this file does not find itself.
  expect(rules("app/a.test.ts", `test.${"only"}("x", () => {});`)).toEqual(["1 no-focused-test"]);
});
