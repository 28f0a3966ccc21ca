/**
 * Which folder may import which. The rules of the trade know nothing of databases, the database nothing of objects,
 * and so on outwards; an import against this table would tie the inner to the outer.
 */
import { posix } from "node:path";
import { type Finding, type Folder, folderOf, isTest, lineAt, type SourceFile } from "./source.ts";

const MAY_IMPORT: Readonly<Record<Folder, readonly Folder[]>> = {
  domain: [],
  db: ["domain"],
  durable: ["db", "domain"],
  worker: ["durable", "db", "domain"],
  app: ["domain"],
  scripts: ["worker", "durable", "db", "domain", "test"],
  test: ["app", "worker", "durable", "db", "domain", "scripts", "bench"],
  bench: ["app", "worker", "durable", "db", "domain", "scripts", "test"],
};

/** Tests stand beside what they test, and may in addition start the real thing. */
const TESTS_MAY_IMPORT: readonly Folder[] = ["test", "scripts"];

/** The one file through which the Worker hands a request to the pages. */
const ROUTER_CONTEXT = "app/context.ts";

/** The rules need arithmetic, a calendar, a hash, a packing, the shapes of messages and a notation of published tariffs, and nothing that reads, writes, waits or guesses. */
const DOMAIN_PACKAGES = ["decimal.js", "temporal-polyfill", "valibot", "yaml", "node:crypto", "node:zlib"];

/** What an import may name besides TypeScript: bundled assets and plain scripts. */
const EXTENSION = /\.(ts|tsx|mjs|json|css|sql|svg|woff2|otf)(\?\w+)?$/;

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly line: number;
}

export function checkImports(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) => importsOf(file.code).flatMap((found) => judge(file.path, found)));
}

function judge(path: string, found: Import): Finding[] {
  const finding = (message: string): Finding[] => [{ file: path, line: found.line, rule: "import-direction", message }];
  const from = folderOf(path);
  if (!from) return [];

  if (!found.specifier.startsWith(".")) {
    const allowed = from !== "domain" || isTest(path) || DOMAIN_PACKAGES.includes(packageName(found.specifier));
    return allowed ? [] : finding(`domain/ does no I/O and uses only ${DOMAIN_PACKAGES.join(", ")}; "${found.specifier}" is none of them`);
  }

  if (found.specifier.startsWith("./+types/")) return []; // Made by React Router's typegen.
  const target = posix.join(posix.dirname(path), found.specifier);
  if (target.startsWith("..")) return finding(`"${found.specifier}" leads out of the repository`);
  if (!EXTENSION.test(found.specifier)) return finding(`"${found.specifier}" needs its extension, so that Node can run the file as it is`);

  const to = folderOf(target);
  if (!to || to === from || MAY_IMPORT[from].includes(to)) return [];
  if (isTest(path) && TESTS_MAY_IMPORT.includes(to)) return [];
  if (from === "worker" && target === ROUTER_CONTEXT) return [];
  if (from === "app" && target.startsWith("worker/operations/")) {
    if (found.typeOnly || isServerSide(path)) return [];
    return finding(`${to}/ runs on the server: import "${found.specifier}" in a .server.ts file or in a route's loader or action`);
  }
  const allowed = MAY_IMPORT[from].map((folder) => `${folder}/`).join(", ") || "nothing of ours outside itself";
  return finding(`${from}/ may not import ${to}/ (it may import: ${allowed}${from === "app" ? ", worker/operations/ on the server side" : ""})`);
}

/** Files whose imports never reach a browser: React Router takes loaders and actions out of route modules. */
function isServerSide(path: string): boolean {
  return /\.server\.tsx?$/.test(path) || path.startsWith("app/routes/") || path === "app/root.tsx" || path === "app/entry.server.tsx" || isTest(path);
}

function packageName(specifier: string): string {
  if (specifier.startsWith("node:")) return specifier;
  return specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

/** `import … from "x"`, `export … from "x"`, `import "x"` and `import("x")`. */
const STATEMENT = /^[ \t]*(import|export)\s+(type\s+)?(?:[\w*{][^"';]*?\bfrom\s*)?["']([^"']+)["']/gm;
const DYNAMIC = /\bimport\(\s*["']([^"']+)["']/g;

function importsOf(code: string): Import[] {
  const statements = [...code.matchAll(STATEMENT)].map((match) => ({
    specifier: match[3] ?? "",
    typeOnly: match[2] !== undefined,
    line: lineAt(code, match.index),
  }));
  const dynamic = [...code.matchAll(DYNAMIC)].map((match) => ({
    specifier: match[1] ?? "",
    // A type can be written as `import("x").Name`; it is the rare form, and is held to the rule for values.
    typeOnly: false,
    line: lineAt(code, match.index),
  }));
  return [...statements, ...dynamic];
}
