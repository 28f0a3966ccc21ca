/** `--owrs`: a month's water of one customer class by a tariff in the Open Water Rate Specification. */
import { addMonths } from "../../domain/calendar/local-date.ts";
import { Decimal } from "../../domain/money/decimal.ts";
import { compileRate, rateSegment, RatingError, type Determinants, type RatedLine, type RatedSegment } from "../../domain/rating/index.ts";
import { importOwrs, meterSizeOf, owrsUnit, type OwrsClass, type OwrsImport, type OwrsInput, type OwrsNote } from "../../domain/rating/importers/owrs.ts";
import type { Unit } from "../../domain/metering/units.ts";
import { parseOptions, readText, Refused } from "./command.ts";

const HELP = `npm run -s rate -- --owrs FILE --class CLASS --usage N [--unit ccf] [--meter-size SIZE] [--set name=value]… [--json]

  --class C         customer class of the file, e.g. RESIDENTIAL_SINGLE
  --usage N         water used in a month; where bills are made for two months it is doubled, rated, and halved
  --unit U          ccf (default), kgal, gal or m3; one ccf counts as 0.748 kgal, as the specification does
  --meter-size S    e.g. '5/8"'
  --set name=value  anything else that the file depends on, e.g. city_limits=inside_city, hhsize=3
  --json            {service, commodity, tiers, surcharges, total}, each amount {exact, cents}

Amounts are of one month. Numbers are counted in thousandths, half up.`;

type Imported = Extract<OwrsImport, { ok: true }>;

interface Amount {
  /** Dollars before rounding. */
  readonly exact: string;
  readonly cents: number;
}

/** Gallons to the unit as the specification counts them: 748 to the hundred cubic feet. */
const GALLONS: Readonly<Partial<Record<Unit, string>>> = { ccf: "748", kgal: "1000", gal: "1" };
/** Litres are not part of the specification's own conversions: by the definition of the gallon. */
const GALLONS_OF_M3 = new Decimal("1000").div("3.785411784");

const MILLI = 1000;
/** Any month of any year: no rate of the specification follows the calendar by itself. */
const FROM = "2019-01-01";

export function rate(args: readonly string[]): string {
  const options = parseOptions(args, {
    owrs: { type: "string" }, class: { type: "string" }, usage: { type: "string" }, unit: { type: "string" }, "meter-size": { type: "string" },
    set: { type: "string", multiple: true }, json: { type: "boolean" }, help: { type: "boolean", short: "h" },
  });
  if (options.help) return HELP;
  const { owrs: file, class: wanted, usage } = options;
  if (!file) throw new Refused("Name the tariff's file: --owrs FILE.");
  if (usage === undefined) throw new Refused("Give the month's usage: --usage 12.5.");
  const unit = owrsUnit(options.unit ?? "ccf");
  if (unit === null) throw new Refused(`--unit: ${options.unit} is not a unit of water here; use ccf, kgal, gal or m3.`);
  const used = numberOf("--usage", usage);
  if (used.lt(0)) throw new Refused(`--usage: ${usage} is negative; give the water used in a month.`);
  const given = new Map((options.set ?? []).map(settingOf));
  if (options["meter-size"] !== undefined) given.set("metersize", options["meter-size"]);

  const imported = importOwrs(readText(file));
  if (!imported.ok) throw new Refused(troubleSaid(file, imported.issues));
  const chosen = classNamed(file, imported, wanted);
  const ofPeriod = converted(used, unit, imported.unit).times(imported.months);
  const determinants = determinantsOf(file, chosen, given, milli(ofPeriod), imported);
  const bill = new MonthlyBill(rated(file, chosen, determinants), chosen, imported.months);
  return options.json ? JSON.stringify(bill.json()) : bill.text(imported, chosen);
}

/** The first thing to put right, and how many follow. */
function troubleSaid(file: string, [first, ...more]: readonly OwrsNote[]): string {
  const others = more.length === 0 ? "" : ` (and ${more.length} more like it after that)`;
  return `${file}: ${first!.path === "" ? "the file" : first!.path} ${first!.reason}${others}.`;
}

function rated(file: string, { document, customerClass }: OwrsClass, determinants: Determinants): RatedSegment {
  try {
    return rateSegment(compileRate(document), determinants);
  } catch (error) {
    if (error instanceof RatingError) throw new Refused(`${file}: rate_structure.${customerClass} cannot be rated: ${error.message}.`);
    throw error;
  }
}

function settingOf(setting: string): readonly [string, string] {
  const [name = "", ...value] = setting.split("=");
  if (name.trim() === "" || value.length === 0) throw new Refused(`--set ${setting}: give a name and a value, such as --set hhsize=3.`);
  return [folded(name), value.join("=").trim()];
}

/** Names and values are compared without case, spaces and the signs between words. */
const folded = (text: string): string => text.toLowerCase().replaceAll(/[\s_-]+/g, "");

function numberOf(name: string, text: string): Decimal {
  if (!/^-?(\d{1,12}(\.\d{0,20})?|\.\d{1,20})$/.test(text.trim())) throw new Refused(`${name}: ${text} is not a number.`);
  return new Decimal(text.trim());
}

const milli = (value: Decimal): number => value.times(MILLI).toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toNumber();

function converted(value: Decimal, from: Unit, to: Unit): Decimal {
  const gallons = (unit: Unit): Decimal => (unit === "m3" ? GALLONS_OF_M3 : new Decimal(GALLONS[unit]!));
  return from === to ? value : value.times(gallons(from)).div(gallons(to));
}

function classNamed(file: string, imported: Imported, wanted: string | undefined): OwrsClass {
  const { customerClasses, documents, notCarriedOver } = imported;
  const all = customerClasses.join(", ");
  if (wanted === undefined) throw new Refused(`${file}: name the customer class with --class; rate_structure has ${all}.`);
  const name = customerClasses.find((known) => known === wanted) ?? customerClasses.find((known) => folded(known) === folded(wanted));
  if (name === undefined) throw new Refused(`${file}: rate_structure has no class ${wanted}; it has ${all}.`);
  const found = documents.find(({ customerClass }) => customerClass === name);
  if (found !== undefined) return found;
  const why = notCarriedOver.find(({ path }) => path === `rate_structure.${name}` || path.startsWith(`rate_structure.${name}.`));
  throw new Refused(`${file}: ${why?.path ?? name} ${why?.reason ?? "did not come over"}.`);
}

function determinantsOf(file: string, chosen: OwrsClass, given: ReadonlyMap<string, string>, usage: number, { unit, months }: Imported): Determinants {
  const missing = chosen.inputs.filter((input) => valueFor(input, given) === undefined);
  if (missing.length > 0) throw new Refused(`${file}: rate_structure.${chosen.customerClass} needs ${missing.map(needed).join("; ")}.`);
  const attributes: Record<string, string> = {};
  const counts: Record<string, number> = {};
  let meterSize: string | undefined;
  let dwellingUnits = 1;
  for (const input of chosen.inputs) {
    const value = valueFor(input, given)!;
    if (input.as === "count") {
      const count = numberOf(`--set ${input.name}`, value);
      if (count.lt(0)) throw new Refused(`--set ${input.name}: ${value} is negative.`);
      if (input.key === "dwellingUnits") dwellingUnits = count.toNumber();
      else counts[input.key] = milli(count);
    } else {
      const allowed = allowedValue(file, chosen, input, value);
      if (input.as === "meterSize") meterSize = allowed;
      else attributes[input.key] = allowed;
    }
  }
  const known = meterSize === undefined ? {} : { meterSize };
  return { from: FROM, to: addMonths(FROM, months), zone: "UTC", quantities: { usage: { [unit]: usage } }, attributes, counts, dwellingUnits, ...known };
}

function valueFor({ name, key }: OwrsInput, given: ReadonlyMap<string, string>): string | undefined {
  return given.get(folded(name)) ?? given.get(folded(key));
}

function needed({ name, as, allowed }: OwrsInput): string {
  if (as === "count") return `${name} (--set ${name}=NUMBER)`;
  return `${name} (${as === "meterSize" ? "--meter-size SIZE" : `--set ${name}=VALUE`}, one of ${allowed.join(", ")})`;
}

function allowedValue(file: string, { customerClass }: OwrsClass, { name, as, allowed }: OwrsInput, value: string): string {
  const same = as === "meterSize" ? (known: string) => known === meterSizeOf(value) || folded(known) === folded(value) : (known: string) => folded(known) === folded(value);
  const found = allowed.find((known) => known === value) ?? allowed.find(same);
  if (found === undefined) throw new Refused(`${file}: rate_structure.${customerClass} has no rate for ${name} ${value}; it has ${allowed.join(", ")}.`);
  return found;
}

/** The bill's amounts as those of one of its months. */
class MonthlyBill {
  private readonly lines: readonly RatedLine[];
  private readonly chosen: OwrsClass;
  private readonly months: number;

  constructor({ lines }: RatedSegment, chosen: OwrsClass, months: number) {
    this.lines = lines;
    this.chosen = chosen;
    this.months = months;
  }

  json() {
    const { service, commodity } = this.chosen;
    const surcharges = this.lines.filter(({ chargeId }) => !service.includes(chargeId) && !commodity.includes(chargeId));
    return {
      service: this.sum(this.linesOf(service)),
      commodity: this.sum(this.linesOf(commodity)),
      tiers: this.linesOf(commodity).filter(({ kind }) => kind === "tiered" || kind === "budget" || kind === "flat").flatMap(({ steps }) => steps.map((step, i) => ({ tier: i + 1, label: step.label, usage: new Decimal(step.quantityMilli ?? 0).div(MILLI).div(this.months).toFixed(), unit: step.unit, price: step.price, ...this.amount(new Decimal(step.exact)) }))),
      surcharges: { ...this.sum(surcharges), lines: surcharges.map((line) => ({ name: line.name, ...this.sum([line]) })) },
      total: this.sum(this.lines),
    };
  }

  text({ utility, months, unit }: Imported, { customerClass }: OwrsClass): string {
    const { total } = this.json();
    const period = months === 1 ? "a month" : `a bill of ${months} months, in ${unit}; a month's part of the total is its ${months === 2 ? "half" : `${months}th`}`;
    return [`${utility}, ${customerClass}: ${period}`, ...this.lines.map(({ name, sentence }) => `  ${name}: ${sentence}`), `  Total of a month: $${new Decimal(total.cents).div(100).toFixed(2)}`].join("\n");
  }

  private linesOf(ids: readonly string[]): readonly RatedLine[] {
    return this.lines.filter(({ chargeId }) => ids.includes(chargeId));
  }

  private sum(lines: readonly RatedLine[]): Amount {
    return this.amount(lines.reduce((total, { exact }) => total.plus(exact), new Decimal(0)));
  }

  private amount(ofPeriod: Decimal): Amount {
    const exact = ofPeriod.div(this.months).toDecimalPlaces(12, Decimal.ROUND_HALF_UP);
    return { exact: exact.decimalPlaces() < 2 ? exact.toFixed(2) : exact.toFixed(), cents: exact.times(100).toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toNumber() };
  }
}
