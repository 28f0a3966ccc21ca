import { describe, expect, test } from "vitest";
import { catalogue, type Message } from "./catalogue.ts";
import { localeFromHeader, t } from "./translate.ts";

const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();

describe("the message catalogue", () => {
  test.each(Object.entries<Message>(catalogue))("%s says the same in both languages", (_, { en, es }) => {
    expect(typeof es).toBe(typeof en);
    const pair = (form?: "one" | "other") =>
      [en, es].map((text) => (typeof text === "string" ? text : text[form!])) as [string, string];
    for (const form of typeof en === "string" ? [undefined] : (["one", "other"] as const)) {
      const [english, spanish] = pair(form);
      expect(english.trim()).not.toBe("");
      expect(spanish.trim()).not.toBe("");
      expect(names(spanish)).toEqual(names(english));
    }
  });

  test("puts parameters where the sentence of the language wants them", () => {
    expect(t("en", "money.due", { date: "Tue, Dec 8" })).toBe("Due Tue, Dec 8");
    expect(t("es", "money.due", { date: "mar, 8 dic" })).toBe("Vence el mar, 8 dic");
  });

  test("one day, two days, no days", () => {
    expect(t("en", "bill.days", { count: 1 })).toBe("1 day");
    expect(t("en", "bill.days", { count: 0 })).toBe("0 days");
    expect(t("es", "bill.days", { count: 1 })).toBe("1 día");
    expect(t("es", "bill.days", { count: 1_000_000 })).toBe("1000000 días");
  });

  test("a parameter's own braces stay text", () => {
    expect(t("en", "account.number", { number: "{date}" })).toBe("Account {date}");
  });
});

test("a browser that prefers Spanish gets Spanish, any other gets English", () => {
  expect(localeFromHeader("es-MX,es;q=0.9,en;q=0.8")).toBe("es");
  expect(localeFromHeader("fr-CA,fr;q=0.9,es;q=0.4,en;q=0.3")).toBe("es");
  expect(localeFromHeader("es;q=0, en;q=0.1")).toBe("en");
  expect(localeFromHeader("vi")).toBe("en");
  expect(localeFromHeader(null)).toBe("en");
});
