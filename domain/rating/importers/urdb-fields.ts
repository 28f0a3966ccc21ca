/**
 * The fields of a rate of OpenEI's Utility Rate Database, in all the shapes in which it has published them: the API's versions
 * 3 to 8 in lower case, and the bulk files with capitals and names of their own (`energyRateStrux`, `{$date}`).
 * Nothing may get lost: whatever nobody asked for is listed at the end, with the reason of its kind.
 */
import { Decimal } from "../../money/decimal.ts";
import type { Issue } from "../tou-calendar.ts";

/** Something of the published rate that is not in the document. */
export interface NotCarriedOver {
  /** Where it stands in the file, dotted, in the file's own spelling. */
  readonly path: string;
  readonly reason: string;
  /** Whether a bill could be another for it; else it only describes the tariff. */
  readonly affectsPrice: boolean;
}

/** Other names of fields, in lower case. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  energyratestrux: "energyratestructure",
  energyweekdaysched: "energyweekdayschedule",
  energyweekendsched: "energyweekendschedule",
  demandratestrux: "demandratestructure",
  demandweekdaysched: "demandweekdayschedule",
  demandweekendsched: "demandweekendschedule",
  demandrateunits: "demandrateunit",
  demandratchetpct: "demandratchetpercentage",
  demandreactpwrcharge: "demandreactivepowercharge",
  demandreactivepowerchg: "demandreactivepowercharge",
  flatdemandstrux: "flatdemandstructure",
  flatdemandunits: "flatdemandunit",
  coincidentratestrux: "coincidentratestructure",
  coincidentsched: "coincidentrateschedule",
  coincidentschedule: "coincidentrateschedule",
  coincidentrateunits: "coincidentrateunit",
  ratename: "name",
  utilityname: "utility",
  effectivedate: "startdate",
  sourcereference: "source",
  mindemand: "peakkwcapacitymin",
  maxdemand: "peakkwcapacitymax",
  minenergy: "peakkwhusagemin",
  maxenergy: "peakkwhusagemax",
  demandmin: "peakkwcapacitymin",
  demandmax: "peakkwcapacitymax",
  energymin: "peakkwhusagemin",
  energymax: "peakkwhusagemax",
  minvoltage: "voltageminimum",
  maxvoltage: "voltagemaximum",
  supercedes: "supersedes",
  _id: "label",
};

const FOR_PROGRAMS = "what generators deliver is priced by the customer's net metering agreement, not by this rate";
const TEXT = "text for people; read whether it says something about the price";
const FOR_WHOM = "who may have the rate is decided when it is assigned to a customer";

/** Fields that have no place in a rate document: why, and whether a bill could be another for them. */
const ELSEWHERE: Readonly<Record<string, readonly [reason: string, affectsPrice: boolean]>> = {
  coincidentratestructure: ["demand at the hour of the system's peak needs that hour, which the file does not tell", true],
  coincidentrateschedule: ["belongs to the coincident demand, which is not carried over", true],
  coincidentrateunit: ["belongs to the coincident demand, which is not carried over", false],
  demandreactivepowercharge: ["the file does not tell which reactive power is free of charge; add it as a charge of kvar", true],
  lookbackmonths: ["a ratchet here looks back at all months, not at some", true],
  lookbackrange: ["belongs to lookbackpercent, which is not given", false],
  fixedchargeeaaddl: ["is for each further meter of a customer; each service point here has its own fixed charge", true],
  dgrules: [FOR_PROGRAMS, false],
  usenetmetering: [FOR_PROGRAMS, false],
  energyattrs: [TEXT, true],
  demandattrs: [TEXT, true],
  fixedattrs: [TEXT, true],
  energykeyvals: [TEXT, true],
  demandkeyvals: [TEXT, true],
  fixedkeyvals: [TEXT, true],
  energycomments: [TEXT, false],
  demandcomments: [TEXT, false],
  basicinformationcomments: [TEXT, false],
  description: [TEXT, false],
  ...Object.fromEntries(["peakkwcapacitymin", "peakkwcapacitymax", "peakkwcapacityhistory", "peakkwcapacitythreshold", "peakkwhusagemin", "peakkwhusagemax", "peakkwhusagehistory", "voltageminimum", "voltagemaximum", "voltagecategory", "phasewiring", "sector", "servicetype"].map((name) => [name, [FOR_WHOM, false] as const])),
  ...Object.fromEntries(["label", "uri", "approved", "is_default", "isdefault", "revisions", "supersedes", "eiaid", "country", "sourceparent", "demandunits", "utilityid", "bundled", "rateid", "rateno", "latest_update", "sourcetitle", "energyrateunits", "energytoulabels", "enddate", "startdate", "source"].map((name) => [name, ["describes the record, not the price", false] as const])),
};

/** Tells what the file's fields say and keeps account of which were used. */
export class UrdbFields {
  readonly issues: Issue[] = [];
  readonly notCarriedOver: NotCarriedOver[] = [];
  private readonly at: string;
  private readonly values = new Map<string, { readonly key: string; readonly value: unknown }>();
  private readonly used = new Set<string>();

  constructor(record: Readonly<Record<string, unknown>>, at: string) {
    this.at = at;
    for (const [key, value] of Object.entries(record)) {
      const lower = key.toLowerCase();
      const name = Object.hasOwn(OTHER_NAMES, lower) ? OTHER_NAMES[lower]! : lower;
      // A field that says nothing is as good as none.
      if (value === null || value === "") continue;
      if (!this.values.has(name)) this.values.set(name, { key, value });
      else this.leave(this.pathOf(key), `says the same as ${this.values.get(name)!.key}, which was taken`, true);
    }
  }

  /** The value of a field, or undefined; it counts as carried over. */
  take(name: string): unknown {
    this.used.add(name);
    return this.values.get(name)?.value;
  }

  /** As `take`, without its counting as carried over. */
  peek(name: string): unknown {
    return this.values.get(name)?.value;
  }

  has(name: string): boolean {
    return this.values.has(name);
  }

  /** Path of a field in the file's own spelling, with what is below it. */
  path(name: string, ...below: readonly (string | number)[]): string {
    return [this.pathOf(this.values.get(name)?.key ?? name), ...below].join(".");
  }

  private pathOf(key: string): string {
    return this.at === "" ? key : `${this.at}.${key}`;
  }

  refuse(path: string, message: string): undefined {
    this.issues.push({ path, message });
    return undefined;
  }

  leave(path: string, reason: string, affectsPrice: boolean): void {
    this.notCarriedOver.push({ path, reason, affectsPrice });
  }

  /** What `read` gives, or undefined after listing what is wrong with something that no bill comes to. */
  tolerate<T>(path: string, read: () => T): T | undefined {
    const before = this.issues.length;
    const value = read();
    const [problem] = this.issues.splice(before);
    if (problem === undefined) return value;
    this.leave(path, `is never in force, and cannot be used: ${problem.message}`, false);
    return undefined;
  }

  /** An amount of money, or undefined when the field is not there. */
  amount(name: string): Decimal | undefined {
    const value = this.take(name);
    return value === undefined ? undefined : this.number(value, this.path(name), "an amount in dollars");
  }

  text(name: string): string | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    return typeof value === "string" ? value.trim() : this.refuse(this.path(name), "must be text");
  }

  number(value: unknown, path: string, what: string): Decimal | undefined {
    const number = decimalOf(value);
    return number ?? this.refuse(path, `${shown(value)} is not ${what}`);
  }

  /** Lists every field that was not used. */
  listTheRest(): void {
    for (const [name, { key }] of this.values) {
      if (this.used.has(name)) continue;
      const [reason, affectsPrice] = Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name]! : ["is not a field of the rate database known here; see whether it is part of the price", true] as const;
      this.leave(this.pathOf(key), reason, affectsPrice);
    }
  }
}

const NUMBER_TEXT = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/** A number, or text of one, exactly; undefined for anything else. */
export function decimalOf(value: unknown): Decimal | undefined {
  if (typeof value === "number" && Number.isFinite(value)) return new Decimal(String(meant(value)));
  if (typeof value === "string" && NUMBER_TEXT.test(value.trim())) return new Decimal(value.trim());
  return undefined;
}

/** Digits that a number of 32 bits holds. */
const SINGLE_DIGITS = 7;

/** Some files have been through numbers of 32 bits: 0.070769 has become 0.07076899707317352, and is meant as before. */
function meant(value: number): number {
  const short = new Decimal(String(value)).toSignificantDigits(SINGLE_DIGITS).toNumber();
  return Math.fround(short) === value ? short : value;
}

/** What is nested so deep that it cannot be written again has been read all the same: JSON knows no depth. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "nothing";
  } catch (error) {
    if (error instanceof RangeError) return "nested too deep to be shown";
    throw error;
  }
}

/** A value as a person recognises it, short. */
export function shown(value: unknown): string {
  const text = jsonOf(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** Prices are counted in at most so many decimals; figures beyond them are the noise of binary fractions. */
const DECIMALS = 8;

/** As a document writes a price. */
export function priceText(price: Decimal): string {
  return price.toDecimalPlaces(DECIMALS).toString();
}
