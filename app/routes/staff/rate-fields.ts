/** The figures of a rate document as fields of a form, each named by its path, and the document that a filled-in form makes. */
import type { Charge, RateDocument } from "../../../domain/rating/index.ts";

export interface PriceField {
  /** Path in the document, which is the field's name: `charges.0.rates.1.tiers.0.price`. */
  readonly name: string;
  readonly label: string;
  readonly value: string;
  /** Dollars; else a quantity or a percentage. */
  readonly money: boolean;
}

export interface FieldRow {
  readonly key: string;
  /** For whom or when: "Summer, 5/8" meter". */
  readonly who: string;
  readonly fields: readonly PriceField[];
}

export interface ChargeFields {
  readonly id: string;
  readonly name: string;
  readonly rows: readonly FieldRow[];
}

/** What looks like a figure: prices, widths, percentages. */
const FIGURE = /^-?\d+(\.\d+)?$/;
/** Texts of a charge that are no figures even where they look like some. */
const NOT_FIGURES: ReadonlySet<string> = new Set(["id", "name", "when", "season", "from", "to", "glKey"]);
const MONEY: ReadonlySet<string> = new Set(["amount", "price", "prices"]);

const WORDS: Readonly<Record<string, string>> = { amount: "Amount", price: "Price", percent: "Percent", upTo: "Up to", minimum: "At least", step: "Rounded to", months: "Months" };

/** Every figure of the document's charges, in the order of the document. */
export function priceFields(document: RateDocument): ChargeFields[] {
  return document.charges.map((charge, c) => {
    const { rates, ...own } = charge;
    const ownFields = figuresIn(own, `charges.${c}`, document, charge);
    const rows = rates.map((row, r) => ({ key: `${charge.id} ${r}`, who: whoOf(document, row), fields: figuresIn(row, `charges.${c}.rates.${r}`, document, charge) }));
    return { id: charge.id, name: charge.name.en, rows: [...(ownFields.length > 0 ? [{ key: charge.id, who: "", fields: ownFields }] : []), ...rows].filter(({ fields }) => fields.length > 0) };
  });
}

function whoOf({ seasons }: RateDocument, row: Charge["rates"][number]): string {
  const season = row.season === undefined ? [] : [seasons.find(({ id }) => id === row.season)?.name.en ?? row.season];
  return [...season, ...Object.values(row.when ?? {}), ...(row.from === undefined ? [] : [`from ${row.from}`])].join(", ");
}

function figuresIn(value: object, path: string, document: RateDocument, charge: Charge): PriceField[] {
  return Object.entries(value).flatMap(([key, member]): PriceField[] => {
    if (NOT_FIGURES.has(key)) return [];
    const name = `${path}.${key}`;
    if (typeof member === "string") return FIGURE.test(member) ? [{ name, label: labelOf(name, document, charge), value: member, money: isMoney(name) }] : [];
    return typeof member === "object" && member !== null ? figuresIn(member as object, name, document, charge) : [];
  });
}

const isMoney = (path: string): boolean => path.split(".").slice(2).some((part) => MONEY.has(part));

/** "Step 2, price", "Peak, price", "Amount". */
function labelOf(path: string, document: RateDocument, charge: Charge): string {
  const parts = path.split(".").slice(2).filter((part) => part !== "rates");
  const words: string[] = [];
  for (const [i, part] of parts.entries()) {
    if (parts[i - 1] === "tiers") words.push(`Step ${Number(part) + 1}`);
    else if (parts[i - 1] === "prices") words.push(periodName(document, charge, part));
    else if (part !== "tiers" && part !== "prices" && !/^\d+$/.test(part)) words.push(WORDS[part] ?? part);
  }
  const [first = "Figure", ...rest] = words;
  return [first, ...rest.map((word) => word.toLowerCase())].join(", ");
}

function periodName({ schedules }: RateDocument, charge: Charge, id: string): string {
  const schedule = "schedule" in charge ? schedules.find((each) => each.id === charge.schedule) : undefined;
  return schedule?.periods.find((period) => period.id === id)?.name.en ?? id;
}

/**
 * The document with what a form says of its figures. Only figures that are there can be changed, so a form cannot write
 * anything else into a document. Not checked: whoever saves it does.
 */
export function withFigures(document: RateDocument, typed: (name: string) => string | null): unknown {
  const copy = structuredClone(document) as unknown as Record<string, unknown>;
  for (const { name } of priceFields(document).flatMap(({ rows }) => rows).flatMap(({ fields }) => fields)) {
    const value = typed(name);
    if (value === null) continue;
    const parts = name.split(".");
    const holder = parts.slice(0, -1).reduce<Record<string, unknown>>((inside, part) => inside[part] as Record<string, unknown>, copy);
    holder[parts.at(-1)!] = value.trim().replace(/^\$/, "").replaceAll(",", "");
  }
  return copy;
}
