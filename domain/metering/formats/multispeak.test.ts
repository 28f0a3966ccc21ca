import { describe, expect, test } from "vitest";
import { MULTISPEAK } from "./fixtures.testing.ts";
import { parse, told } from "./parse.testing.ts";

const reads = (text: string): string[] => parse(text).all.map(told);

describe("MultiSpeak readings", () => {
  test("the energy registers at the reading's date, other values in their own unit and at their own time", () => {
    expect(reads(MULTISPEAK)).toEqual(["E-1 delivered kWh 2026-06-02T13:00Z 41250 kWh", "W-1 Usage 2026-06-02T12:55Z 123.45 ccf"]);
    expect(parse(MULTISPEAK)).toMatchObject({ format: "multispeak", refused: 0, readable: true });
  });

  test("what came back is another channel than what was delivered; zero is a value, an empty element is none", () => {
    expect(reads(MULTISPEAK.replace("<posKWh>41250</posKWh>", "<posKWh>41250</posKWh><negKWh>0</negKWh>"))[1]).toBe("E-1 received kWh 2026-06-02T13:00Z 0 kWh");
    expect(parse(MULTISPEAK.replace("<posKWh>41250</posKWh>", "<posKWh />")).refusals).toEqual([{ line: 7, kind: "no-read", reason: "the meterRead of E-1 has no value that is stored" }]);
  });

  test("a head-end that writes the meter's number as the object's id, and other prefixes, is understood", () => {
    expect(reads(MULTISPEAK.replace("<meterNo>E-1</meterNo>", "").replace('objectID="1"', 'objectID="E-1"'))[0]).toMatch(/^E-1 /);
    const prefixed = MULTISPEAK.replaceAll(/<(\/?)(?=meterRead|meterNo|readingDate|posKWh|readingValue|units|value|dateTime|changed)/g, "<$1m:").replace("<ReadingChangedNotification", '<ReadingChangedNotification xmlns:m="http://www.multispeak.org/Version_3.0"');
    expect(reads(prefixed)).toEqual(reads(MULTISPEAK));
  });

  test.each([
    ["an error of the head-end", MULTISPEAK.replace('verb="New"', 'verb="New" errorString="No answer"'), 'the head-end says "No answer"', 7],
    ["a register of a rate period", MULTISPEAK.replace("<units>CCF", "<name>TOU A</name><units>CCF"), '"TOU A" is of a part of what the meter counts', 20],
    ["a unit that is none", MULTISPEAK.replace("CCF", "buckets"), '"buckets" is not a unit that is counted here', 20],
    ["a unit that is missing", MULTISPEAK.replace("<units>CCF</units>", ""), "no unit is given", 20],
    ["a value that is none", MULTISPEAK.replace("41250", "ERR"), '"ERR" is not a number', 7],
    ["a time that is none", MULTISPEAK.replace("2026-06-02T08:00:00-05:00", "soon"), '"soon" is not a date and time', 7],
    ["no time at all", MULTISPEAK.replace("<readingDate>2026-06-02T08:00:00-05:00</readingDate>", ""), "there is no time", 7],
    ["no meter", MULTISPEAK.replace("<meterNo>W-1</meterNo>", ""), "names no meter", 16],
    ["a document cut off", MULTISPEAK.slice(0, MULTISPEAK.indexOf("</meterRead>")), "the XML is not well formed", 15],
  ])("%s is refused with its line", (_, document, reason, line) => {
    const { refusals } = parse(document);
    expect(refusals.find((refusal) => refusal.reason.includes(reason))?.line).toBe(line);
  });

  test("a meterRead without end is given up, not kept", () => {
    const value = "<readingValue><units>gal</units><value>1</value></readingValue>";
    expect(parse(`<meterRead><meterNo>E</meterNo>${value.repeat(1_001)}</meterRead>`).refusals).toEqual([{ line: 1, kind: "unreadable", reason: "more than 1000 values are in one meterRead" }]);
  });
});
