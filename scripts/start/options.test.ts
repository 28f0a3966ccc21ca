import { describe, expect, test } from "vitest";
import { parseOptions, UsageError } from "./options.ts";

describe("the options of npm start", () => {
  test("without any, the demonstration is served on 8787 from .data", () => {
    expect(parseOptions([])).toEqual({
      port: 8787,
      host: "127.0.0.1",
      publicUrl: undefined,
      data: ".data",
      fresh: false,
      meters: 300,
      demo: true,
      help: false,
    });
  });

  test("each can be given, with a space or an equals sign", () => {
    expect(
      parseOptions(["--port=8899", "--data", "/srv/meterline", "--fresh", "--meters", "100000", "--no-demo", "--public-url", "https://pay.example.org/"]),
    ).toMatchObject({ port: 8899, data: "/srv/meterline", fresh: true, meters: 100_000, demo: false, publicUrl: "https://pay.example.org" });
  });

  test.each([
    [["--prot", "1"], /--prot/],
    [["--port"], /--port/],
    [["--port", "0"], /--port takes a whole number from 1 to 65535, and "0" is none/],
    [["--port", "8787.5"], /"8787.5" is none/],
    [["--port", "1e3"], /"1e3" is none/],
    [["--port", "70000"], /65535/],
    [["--meters", "many"], /--meters takes a whole number/],
    [["--meters", "0"], /from 1 to/],
    [["--data", ""], /--data needs a value/],
    [["--fresh=yes"], /--fresh/],
    [["--public-url", "pay.example.org"], /takes an origin/],
    [["--public-url", "https://pay.example.org/path"], /takes an origin/],
    [["here"], /here/],
  ])("%j is refused with a sentence", (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});
