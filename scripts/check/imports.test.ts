import { describe, expect, test } from "vitest";
import { checkImports } from "./imports.ts";
import { blankComments, readSources } from "./source.ts";

/** The findings for one file that holds `code`. */
const check = (path: string, code: string) =>
  checkImports([{ path, code: blankComments(code) }]).map(({ line, message }) => `${line}: ${message}`);

describe("an import against the table is caught", () => {
  test.each([
    ["domain/rating/bill.ts", 'import { port } from "../../db/port.ts";', /1: domain\/ may not import db\//],
    ["domain/rating/bill.ts", 'import type { Env } from "../../durable/env.ts";', /may not import durable\//],
    ["db/commit.ts", 'import { live } from "../worker/live.ts";', /db\/ may not import worker\/ \(it may import: domain\/\)/],
    ["durable/account.ts", 'export { api } from "../worker/api.ts";', /durable\/ may not import worker\//],
    ["durable/account.ts", 'const x = await import("../app/root.tsx");', /durable\/ may not import app\//],
    ["worker/api.ts", 'import "../app/root.tsx";', /worker\/ may not import app\//],
    ["app/routes/pay.tsx", 'import { port } from "../../db/port.ts";', /app\/ may not import db\//],
    ["app/components/chart.tsx", 'import { search } from "../../worker/operations/search.ts";', /runs on the server/],
    ["app/routes/pay.tsx", 'import { app } from "../../worker/app.ts";', /app\/ may not import worker\//],
    ["worker/api.ts", 'import {\n  a,\n  b,\n} from "../scripts/x.ts";', /worker\/ may not import scripts\//],
  ])("%s: %s", (path, code, message) => {
    expect(check(path, code)).toEqual([expect.stringMatching(message)]);
  });

  test("with the line it stands on", () => {
    expect(check("domain/a.ts", '\nimport { b } from "./b.ts";\n\nimport { c } from "../db/c.ts";\n')).toEqual([expect.stringMatching(/^4: /)]);
  });
});

describe("an import along the table is not", () => {
  test.each([
    ["domain/rating/bill.ts", 'import { cents } from "../money/cents.ts";'],
    ["domain/rating/compile.ts", 'import { Decimal } from "decimal.js";'],
    ["domain/rating/bill.test.ts", 'import { readFileSync } from "node:fs";'],
    ["db/port.test.ts", 'import { startSqld } from "../scripts/runtime/sqld.ts";'],
    ["worker/index.ts", 'import { requestContext } from "../app/context.ts";'],
    ["worker/index.ts", 'import * as router from "virtual:react-router/server-build";'],
    ["app/routes/pay.tsx", 'import { pay } from "../../worker/operations/pay.ts";'],
    ["app/session.server.ts", 'import { session } from "../worker/operations/session.ts";'],
    ["app/context.ts", 'import type { RequestContext } from "../worker/operations/context.ts";'],
    ["app/routes/pay.tsx", 'import type { Route } from "./+types/pay";'],
    ["domain/a.ts", '// import { c } from "../db/c.ts";'],
    ["domain/a.ts", '/* import { c } from "../db/c.ts"; */'],
  ])("%s: %s", (path, code) => {
    expect(check(path, code)).toEqual([]);
  });
});

test("domain uses no package that could read, wait or guess", () => {
  expect(check("domain/a.ts", 'import { readFile } from "node:fs/promises";')).toEqual([expect.stringMatching(/does no I\/O/)]);
});

test("our own files are named with their extension", () => {
  expect(check("domain/a.ts", 'import { b } from "./b";')).toEqual([expect.stringMatching(/needs its extension/)]);
});

test("the files of this repository are read", () => {
  expect(readSources().map(({ path }) => path)).toEqual(expect.arrayContaining(["worker/index.ts", "scripts/check/imports.ts", "app/root.tsx"]));
});
