import { describe, expect, test } from "vitest";
import { XmlScanner } from "./xml.ts";

const VOCABULARY = { names: ["list", "item", "value", "note"], leaves: ["value", "note"], foreign: (namespace: string) => namespace.includes("other") };

/** What the scanner tells of a document, fed in pieces of that size. */
function told(document: string, piece = 1_000): string[] {
  const events: string[] = [];
  const name = (id: number): string => VOCABULARY.names[id - 1]!;
  const scanner = new XmlScanner(VOCABULARY, {
    open: (id, tag) => void events.push(`<${name(id)}@${tag.line}${tag.attribute("ref") === null ? "" : ` ref=${tag.attribute("ref")}`}>`),
    close: (id) => void events.push(`</${name(id)}>`),
    leaf: (id, text) => void events.push(`${name(id)}=${text}`),
    malformed: (line, reason) => void events.push(`! ${line}: ${reason}`),
  });
  for (let at = 0; at < document.length; at += piece) scanner.push(document.slice(at, at + piece));
  scanner.end();
  return events;
}

describe("a document", () => {
  test("is told of as it comes, with lines and attributes", () => {
    expect(told(`<?xml version="1.0"?>\n<list>\n  <item ref='a&amp;b'>\n    <value>1</value>\n  </item>\n</list>\n`)).toEqual(["<list@2>", "<item@3 ref=a&b>", "value=1", "</item>", "</list>"]);
  });

  test.each([
    ["prefixes", `<x:list xmlns:x="urn:ours"><x:item><x:value>1</x:value></x:item></x:list>`],
    ["comments and instructions", `<!-- <item> --><list><?stop?><item><!-- > --><value>1</value></item></list><!-- end -->`],
    ["CDATA", `<list><item><value><![CDATA[1]]></value></item></list>`],
    ["a comment in a leaf", `<list><item><value><!-- one -->1</value></item></list>`],
    ["attributes with signs in them", `<list a='>' b="</list>"><item><value>1</value></item></list>`],
    ["a document type", `<!DOCTYPE list [ <!ENTITY a "<item>"> ]><list><item><value>1</value></item></list>`],
    ["blanks inside tags", `<list ><item\n><value\t>1</value ></item ></list\n>`],
    ["references", `<list><item><value>&#49;</value></item></list>`],
    ["elements that nobody asked for", `<list><title>x</title><item><b><c/></b><value>1</value></item></list>`],
    ["other people's extensions", `<list xmlns:o="urn:other"><o:item><value>7</value></o:item><item><o:value>7</o:value><value>1</value></item></list>`],
    ["an extension that changes the default namespace", `<list><item><x xmlns="urn:other"><value>7</value></x><value>1</value></item></list>`],
  ])("may have %s, however it is cut", (_, document) => {
    for (const piece of [1, 2, 5, 1_000]) expect(told(document, piece).map((event) => event.replace(/@\d+/, ""))).toEqual(["<list>", "<item>", "value=1", "</item>", "</list>"]);
  });

  test("leaves keep their text as it is, and empty ones are empty", () => {
    expect(told("<list><value> 1\n</value><value/><note>a &lt; b &unknown;</note></list>").slice(1, -1)).toEqual(["value= 1\n", "value=", "note=a < b &unknown;"]);
  });

  test("what an entity would expand to is never made", () => {
    const laughs = `<!DOCTYPE list [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><list><value>&b;&b;</value></list>`;
    expect(told(laughs)).toContain("value=&b;&b;");
  });
});

describe("a document that is not well formed", () => {
  test.each([
    ["an element that is not closed", "<list>\n<item>\n", "! 3: the document ends inside <item>, opened on line 2"],
    ["one that closes another", "<list>\n<item>\n</list>", "! 3: </list> closes <item>, which was opened on line 2"],
    ["one that closes nothing", "<list/>\n</list>", "! 2: </list> closes nothing"],
    ["a second document", "<list/>\n<!-- so far -->\n<list/>", "! 3: a second document begins here with <list>"],
    ["text after the end", "<list/>\n\nthe end", "! 3: there is text after the end of the document"],
    ["text before the beginning", "\nhello <list/>", "! 2: there is text before the first element"],
    ["a tag that is cut off", "<list>\n<item", "! 2: the document ends inside a tag, comment or text"],
    ["a comment that is cut off", "<list>\n<!-- ", "! 2: the document ends inside a tag, comment or text"],
    ["a leaf that is cut off", "<list>\n<value>12", "! 2: the document ends inside a tag, comment or text"],
    ["a sign that is no tag", "<list>\n < 3</list>", '! 2: "<" is not the beginning of a tag'],
    ["a tag inside a tag", "<list>\n<item <value>1</value></list>", '! 2: "<" stands inside a tag'],
    ["a declaration of nothing", "<list>\n<!ELEMENT x></list>", '! 2: after "<!" comes neither'],
    ["nothing at all", "  \n", "! 2: there is no element"],
  ])("%s: the line is said", (_, document, last) => {
    const events = told(document);
    expect(events.at(-1)).toContain(last);
    expect(told(document, 1).at(-1)).toBe(events.at(-1));
  });

  test("elements inside each other without end are given up", () => {
    expect(told("<item>".repeat(5_000)).at(-1)).toContain("more than 100 elements are inside each other");
  });

  test("a tag without end is given up before it fills the memory", () => {
    expect(told(`<list><item a="${"x".repeat(3_000_000)}`, 65_536).at(-1)).toContain("is longer than");
  });
});
