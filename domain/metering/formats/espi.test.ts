import { describe, expect, test } from "vitest";
import { ESPI } from "./fixtures.testing.ts";
import { parse, told } from "./parse.testing.ts";

const lines = (document: string): string[] => parse(document).all.map(told);
const type = (fields: string): string => ESPI.replace(/<accumulationBehaviour>[^]*<\/uom>/, fields);

describe("Green Button", () => {
  test("readings take their unit from the reading type that is linked, wherever it stands", () => {
    expect(lines(ESPI)).toEqual(["77/E12 delivered 2026-06-02T05:00Z..05:15Z 155 Wh", "77/E12 delivered 2026-06-02T05:15Z..05:30Z 180 Wh estimated"]);
    const entries = /<entry>[^]*?<\/entry>/g;
    const [point, meterReading, block, readingType] = ESPI.match(entries)!;
    const order = [readingType, block, meterReading, point];
    let next = 0;
    expect(lines(ESPI.replace(entries, () => order[next++]!))).toEqual(lines(ESPI));
  });

  test("the line of a read is that of its reading", () => expect(parse(ESPI).all.map(({ line }) => line)).toEqual([19, 24]));

  test("value × 10^powerOfTenMultiplier, exactly", () => {
    expect(lines(type("<powerOfTenMultiplier>-3</powerOfTenMultiplier><uom>169</uom>"))[0]).toContain("0.155 therm");
    expect(lines(type("<powerOfTenMultiplier> 3 </powerOfTenMultiplier><uom> 128 </uom>"))[0]).toContain("155000 gal");
    expect(lines(type("<uom>119</uom>"))[0]).toContain("155 ft3");
    expect(lines(type("<uom>73</uom>"))[0]).toContain("0.155 kvarh");
  });

  test("flow gives the channel its name, and without it the meter reading does", () => {
    expect(lines(type("<flowDirection>19</flowDirection><uom>72</uom>"))[0]).toContain("77/E12 received");
    expect(lines(type("<uom>72</uom>"))[0]).toContain("77/E12 1 ");
  });

  test("bulk quantities are dials, read at the end of their period", () => {
    expect(lines(type("<accumulationBehaviour>1</accumulationBehaviour><uom>72</uom>"))[0]).toBe("77/E12 1 2026-06-02T05:15Z 155 Wh");
  });

  test("readings without a period of their own follow each other from the start of the block", () => {
    const bare = ESPI.replace(/<timePeriod>.*<\/timePeriod>/g, "");
    expect(lines(bare)).toEqual(lines(ESPI));
  });

  test.each([["0", "actual"], ["7", "edited"], ["9", "estimated"], ["10", "questionable"], ["14", "actual"], ["19", "actual"], ["77", "questionable"]])("quality %s is %s", (code, quality) => {
    expect(parse(ESPI.replace("<quality>8", `<quality>${code}`)).all[1]).toMatchObject({ quality, flag: code });
  });

  test("the worst of several qualities counts", () => {
    expect(parse(ESPI.replace("<quality>8</quality>", "<quality>0</quality></ReadingQuality><ReadingQuality><quality>10</quality>")).all[1]!.quality).toBe("questionable");
  });

  test("two customers' first usage points are two meters", () => {
    const second = ESPI.replaceAll("RetailCustomer/77", "RetailCustomer/78").match(/<entry>[^]*<\/entry>/)![0];
    expect(new Set(parse(ESPI.replace("</feed>", `${second}</feed>`)).all.map(({ meter }) => meter))).toEqual(new Set(["77/E12", "78/E12"]));
  });

  test("absolute links and prefixes make no difference", () => {
    expect(lines(ESPI.replaceAll('href="', 'href="https://utility.example/espi/1_1/resource/'))).toEqual(lines(ESPI));
    const prefixed = ESPI.replaceAll(/<(\/?)(IntervalBlock|interval|duration|start|IntervalReading|timePeriod|value|ReadingQuality|quality|cost|ReadingType|uom|powerOfTenMultiplier|flowDirection|accumulationBehaviour|intervalLength|commodity)\b/g, "<$1espi:$2").replaceAll("xmlns=\"http://naesb.org/espi\"", 'xmlns:espi="http://naesb.org/espi"');
    expect(lines(prefixed)).toEqual(lines(ESPI));
  });

  test("an extension's value inside a reading is not the reading's", () => {
    expect(lines(ESPI.replace("<value>155", '<x:value xmlns:x="urn:bill">9999</x:value><value>155'))).toEqual(lines(ESPI));
  });

  test("a summary's value is no reading", () => {
    const summary = `<entry><content><UsageSummary xmlns="http://naesb.org/espi"><overallConsumptionLastPeriod><uom>72</uom><value>4702205</value></overallConsumptionLastPeriod></UsageSummary></content></entry>`;
    expect(lines(ESPI.replace("</feed>", `${summary}</feed>`))).toEqual(lines(ESPI));
  });

  test("an exporter that leaves type and service empty means thousandths of therms", () => {
    const empty = type("").replace("<kind>0</kind>", "<kind/>");
    expect(lines(empty)[0]).toContain("0.155 therm");
    expect(parse(type("")).refusals[0]).toMatchObject({ line: 19, reason: "2 readings: the reading type names no unit of measure" });
  });

  test.each([
    ["volts", type("<uom>29</uom>"), "2 readings: unit of measure 29 (volts) is not counted here", 19],
    ["a value in words", ESPI.replace("<value>155", "<value>lots"), '"lots" is not a number', 19],
    ["a time in words", ESPI.replace("<start>1780377300", "<start>noon"), '"noon" is not a time in seconds', 24],
    ["a link to a type that is not there", ESPI.replace(/<entry>\s*<link rel="self" href="ReadingType\/15"\/>[^]*?<\/entry>/, ""), "their unit is unknown", 19],
    ["no links at all", ESPI.replaceAll(/<link [^>]*>/g, ""), "belong to no usage point", 19],
  ])("%s is refused with its line", (_, document, reason, line) => {
    const { refusals } = parse(document);
    expect(refusals[0]).toMatchObject({ kind: "refused", line });
    expect(refusals[0]!.reason).toContain(reason);
  });

  test("a block whose link is written shorter is of the one meter reading that ends alike", () => {
    const two = ESPI.replace("</feed>", `<entry><link rel="self" href="ReadingType/16"/><content><ReadingType xmlns="http://naesb.org/espi"><uom>38</uom></ReadingType></content></entry></feed>`);
    const short = two.replace('href="RetailCustomer/77/UsagePoint/E12/MeterReading/1/IntervalBlock', 'href="UsagePoint/E12/MeterReading/1/IntervalBlock');
    expect(lines(short).map((line) => line.replace(/^\S+/, ""))).toEqual(lines(ESPI).map((line) => line.replace(/^\S+/, "")));
    const doubt = short.replace("</feed>", `<entry><link rel="self" href="RetailCustomer/78/UsagePoint/E12/MeterReading/1"/><link rel="related" href="ReadingType/16"/><content><MeterReading xmlns="http://naesb.org/espi"/></content></entry></feed>`);
    expect(parse(doubt).refusals[0]!.reason).toContain("their unit is unknown");
  });

  test("a reading without a value is a gap", () => {
    expect(parse(ESPI.replace("<value>155</value>", "<value/>"))).toMatchObject({ reads: 1, refused: 0, noReads: 1 });
  });

  test("where a document breaks is said, and nothing after it is read", () => {
    const broken = ESPI.replace("<value>155</value>", "<value>155</value></entry>");
    const { readable, refusals } = parse(broken);
    expect(readable).toBe(false);
    expect(refusals[0]).toMatchObject({ line: 22, kind: "unreadable", reason: "the XML is not well formed: </entry> closes <IntervalReading>, which was opened on line 19" });
  });

  test("a second document in the file is where it ends", () => {
    expect(parse(ESPI.replace("<feed", "<xyz>\n</xyz>\n<feed"))).toMatchObject({ reads: 0, readable: false, refusals: [{ line: 4 }] });
  });

  test("a feed without readings is readable and says nothing", () => {
    expect(parse(ESPI.replace(/<IntervalReading>[^]*<\/IntervalReading>/, ""))).toMatchObject({ format: "espi", reads: 0, readable: true, refusals: [] });
  });
});
