import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { detect } from "./detect.ts";
import { FIXTURES } from "./fixtures.testing.ts";
import { parse, told } from "./parse.testing.ts";
import { FORMATS, formatsNamed } from "./reads-file.ts";

describe("a file of any format", () => {
  test.each(FIXTURES)("is known by its content: $format", ({ format, text, options, reads }) => {
    const parsed = parse(text, options);
    expect(parsed.format).toBe(format);
    expect(parsed.all).toHaveLength(reads);
    expect(parsed.readable).toBe(true);
    expect(parsed.reads).toBe(parsed.all.length);
  });

  test.each(FIXTURES)("says the same however it is cut in pieces: $format", ({ text, options }) => {
    const whole = parse(text, options);
    for (const piece of [1, 7, 100]) {
      const cut = parse(text, options, piece);
      expect(cut.all).toEqual(whole.all);
      expect(cut.refusals).toEqual(whole.refusals);
    }
  });

  test.each(FIXTURES)("may have a byte-order mark, and the line ends of Windows or of old exports: $format", ({ text, options }) => {
    const plain = parse(text, options).all.map(told);
    const lines = text.replaceAll("\r\n", "\n");
    expect(parse(`\uFEFF${text}`, options).all.map(told)).toEqual(plain);
    expect(parse(lines.replaceAll("\n", "\r\n"), options).all.map(told)).toEqual(plain);
    expect(parse(lines.replaceAll("\n", "\r"), options).all.map(told)).toEqual(plain);
  });

  test.each(FIXTURES)("may be written in UTF-16: $format", ({ text, options }) => {
    const units = new Uint16Array([...`\uFEFF${text}`].map((letter) => letter.charCodeAt(0)));
    expect(parse(new Uint8Array(units.buffer), options).all.map(told)).toEqual(parse(text, options).all.map(told));
  });

  test.each(FIXTURES)("points at lines that are there: $format", ({ text, options }) => {
    const { all, refusals } = parse(text, options);
    const lines = text.split("\n").length;
    for (const { line } of [...all, ...refusals]) expect(line >= 1 && line <= lines).toBe(true);
  });

  test("gives values as canonical decimals and spans that do not run backwards", () => {
    for (const { text, options } of FIXTURES) {
      for (const { value, kind, start, end } of parse(text, options).all) {
        expect(value).toMatch(/^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/);
        if (kind === "register") expect(start).toBe(end);
        else expect(start).toBeLessThan(end);
      }
    }
  });
});

describe("a file of no format", () => {
  test.each([
    ["an empty file", "", "empty"],
    ["a letter", "Dear utility,\nplease find attached our reads.\n", "none of the formats"],
    ["a table of customers", "Customer,City\n1,Springfield\n", "none of the formats"],
    ["XML of something else", "<?xml version='1.0'?><invoice><total>3</total></invoice>", "neither Green Button"],
  ])("%s is refused on its first line, with what to do", (_, text, reason) => {
    const parsed = parse(text);
    expect(parsed.readable).toBe(false);
    expect(parsed.refusals).toHaveLength(1);
    expect(parsed.refusals[0]).toMatchObject({ line: 1, kind: "unreadable" });
    expect(parsed.refusals[0]!.reason).toContain(reason);
  });

  test("bytes of a picture are refused, not read", () => {
    const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256);
    expect(parse(bytes).readable).toBe(false);
  });

  test("a format can be named; a file that is not in it says so", () => {
    expect(parse("Customer,City\n1,Springfield\n", { format: "cmep" }).refusals.every(({ kind }) => kind === "refused")).toBe(true);
    expect(parse("MEPMD01,x\n", { format: "itron" }).refusals[0]!.reason).toContain("looks like cmep");
    expect(parse("a,b\n", { format: "fax" }).refusals[0]!.reason).toContain("not a format");
    expect(parse("a,b\n", { format: "csv" }).refusals[0]!.reason).toContain("mapping");
  });

  test("formats go by the names of the trade as well", () => {
    expect(formatsNamed("itron")).toEqual(["itron-register", "itron-interval"]);
    expect(formatsNamed("Badger")).toEqual(["beacon"]);
    expect(formatsNamed("sensus")).toContain("cmep");
    expect(formatsNamed("fax")).toEqual([]);
  });

  test("every format has its layout published", () => {
    const index = readFileSync(new URL("../../../docs/formats/README.md", import.meta.url), "utf8");
    for (const { format } of FORMATS) expect(index).toContain(`\`${format}\``);
    for (const [, file] of index.matchAll(/\]\(([\w-]+\.md)\)/g)) expect(existsSync(new URL(`../../../docs/formats/${file}`, import.meta.url))).toBe(true);
  });

  test("comments of real documents may come before the first element", () => {
    expect(detect(`<?xml version="1.0"?>\n<!-- ${"=".repeat(3000)} -->\n<feed xmlns="http://www.w3.org/2005/Atom">`, "x")).toEqual({ format: "espi" });
  });
});
