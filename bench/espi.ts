/**
 * Green Button: a year of hours of several usage points as an ESPI feed, read into canonical reads, against a general
 * XML-to-object parse of the same file (fast-xml-parser as it comes), of which nothing is used yet.
 */
import { XMLParser } from "fast-xml-parser";
import { ReadsFile } from "../domain/metering/formats/index.ts";
import { perSecond, type BenchRow } from "./harness.ts";

const POINTS = 4;
const HOURS = 24 * 365;
const START = Date.UTC(2025, 0, 1, 5) / 1000;
/** As a stream gives it. */
const PIECE = 65_536;
/** Parses in one measurement. */
const RUNS = 8;

const link = (rel: string, href: string): string => `<link rel="${rel}" href="https://utility.example/espi/1_1/resource/${href}"/>`;
const entry = (links: string, content: string): string => `  <entry>\n    ${links}\n    <content type="xml">${content}</content>\n  </entry>\n`;

function feed(): string {
  let text = `<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xmlns:espi="http://naesb.org/espi">\n`;
  text += entry(link("self", "ReadingType/1"), "<espi:ReadingType><espi:accumulationBehaviour>4</espi:accumulationBehaviour><espi:flowDirection>1</espi:flowDirection><espi:intervalLength>3600</espi:intervalLength><espi:powerOfTenMultiplier>0</espi:powerOfTenMultiplier><espi:uom>72</espi:uom></espi:ReadingType>");
  for (let point = 1; point <= POINTS; point++) {
    const reading = `RetailCustomer/7/UsagePoint/${point}/MeterReading/1`;
    text += entry(link("self", `RetailCustomer/7/UsagePoint/${point}`), "<espi:UsagePoint><espi:ServiceCategory><espi:kind>0</espi:kind></espi:ServiceCategory></espi:UsagePoint>");
    text += entry(`${link("self", reading)}${link("related", "ReadingType/1")}`, "<espi:MeterReading/>");
    let block = `\n<espi:IntervalBlock>\n<espi:interval><espi:duration>${HOURS * 3600}</espi:duration><espi:start>${START}</espi:start></espi:interval>\n`;
    for (let hour = 0; hour < HOURS; hour++) block += `<espi:IntervalReading>\n<espi:cost>${valueOf(point, hour) * 11}</espi:cost>\n<espi:timePeriod><espi:duration>3600</espi:duration><espi:start>${START + hour * 3600}</espi:start></espi:timePeriod>\n<espi:value>${valueOf(point, hour)}</espi:value>\n</espi:IntervalReading>\n`;
    text += entry(`${link("self", `${reading}/IntervalBlock/1`)}${link("up", `${reading}/IntervalBlock`)}`, `${block}</espi:IntervalBlock>\n`);
  }
  return `${text}</feed>\n`;
}

/** Watt-hours, by a rule so that the sum can be known without reading. */
const valueOf = (point: number, hour: number): number => 300 + ((hour * 37 + point * 101) % 1_900);

const xml = feed();
const bytes = new TextEncoder().encode(xml);
let found = { reads: 0, sum: 0, last: 0 };
let objects: unknown = null;

function readFile(): void {
  found = { reads: 0, sum: 0, last: 0 };
  const file = new ReadsFile({
    read: ({ value, end }) => {
      found.reads++;
      found.sum += Number(value);
      found.last = end;
    },
    refuse: ({ line, reason }) => {
      throw new Error(`line ${line}: ${reason}`);
    },
  }, { name: "feed.xml" });
  for (let at = 0; at < bytes.length; at += PIECE) file.write(bytes.subarray(at, at + PIECE));
  file.end();
}

const parser = new XMLParser({ ignoreAttributes: false });

function parseObjects(): void {
  objects = parser.parse(xml);
}

const repeat = (times: number, work: () => void): number => {
  for (let i = 0; i < times; i++) work();
  return (times * bytes.length) / 1e6;
};

export const row: BenchRow = {
  name: "espi",
  unit: "MB/s",
  better: "more",
  goal: 10,
  against: "fast-xml-parser, the same file as objects",
  setUp: async () => {
    repeat(4, readFile);
    repeat(1, parseObjects);
  },
  ours: () => perSecond(() => repeat(RUNS, readFile)),
  reference: () => perSecond(() => repeat(1, parseObjects)),
  check() {
    const expected = Array.from({ length: POINTS * HOURS }, (_, i) => valueOf(1 + Math.floor(i / HOURS), i % HOURS)).reduce((sum, value) => sum + value, 0);
    const entries = (objects as { feed: { entry: unknown[] } }).feed.entry.length;
    if (found.reads !== POINTS * HOURS || found.sum !== expected || found.last !== (START + HOURS * 3600) * 1000) throw new Error(`read ${JSON.stringify(found)}, expected ${POINTS * HOURS} reads with a sum of ${expected}`);
    if (entries !== 1 + POINTS * 3) throw new Error(`the reference found ${entries} entries`);
  },
};
