/** What a rule compared, in words and units. */
import { formatDollars } from "../../../domain/money/cents.ts";
import { quantityText, type Unit } from "../../../domain/metering/units.ts";
import { formatCount } from "../../format/quantities.ts";
import { plainWord } from "./words.ts";

type Kind = "count" | "money" | "quantity" | "percent";

/** Numbers by the names that rules give them; what is not here is a quantity of the channel. */
const NUMBERS: Readonly<Record<string, { readonly name: string; readonly kind: Kind }>> = {
  hours: { name: "For", kind: "count" },
  missing: { name: "Did not arrive", kind: "count" },
  expected: { name: "Expected", kind: "count" },
  longestGap: { name: "Longest gap, intervals", kind: "count" },
  negatives: { name: "Below zero", kind: "count" },
  reactive: { name: "Reactive energy", kind: "quantity" },
  activeKwh: { name: "Active energy, kWh", kind: "count" },
  flagged: { name: "Flagged, intervals", kind: "count" },
  secondsOff: { name: "The clock is off by, seconds", kind: "count" },
  secondsAllowed: { name: "Allowed, seconds", kind: "count" },
  questionable: { name: "Marked questionable", kind: "count" },
  zeroDays: { name: "Days without use", kind: "count" },
  percent: { name: "Above the third highest", kind: "percent" },
  days: { name: "Days", kind: "count" },
  inRow: { name: "Estimates in a row", kind: "count" },
  allowed: { name: "Allowed", kind: "count" },
  charges: { name: "Charges", kind: "money" },
  usual: { name: "Usual", kind: "money" },
  amount: { name: "Amount", kind: "money" },
  daily: { name: "A day, this time", kind: "quantity" },
  previous: { name: "Before", kind: "quantity" },
  lastYear: { name: "Same season last year", kind: "quantity" },
  usage: { name: "Used", kind: "quantity" },
  read: { name: "Read", kind: "quantity" },
  max: { name: "Highest", kind: "quantity" },
  thirdMax: { name: "Third highest", kind: "quantity" },
  usualMax: { name: "Highest of the weeks before", kind: "quantity" },
  leastPerHour: { name: "At least, an hour", kind: "quantity" },
  perHour: { name: "An hour", kind: "quantity" },
  value: { name: "Every interval", kind: "quantity" },
  first: { name: "The first", kind: "quantity" },
  intervals: { name: "Sum of the intervals", kind: "quantity" },
  register: { name: "The register moved", kind: "quantity" },
  difference: { name: "Apart", kind: "quantity" },
  tolerance: { name: "Allowed apart", kind: "quantity" },
  before: { name: "Was", kind: "quantity" },
  after: { name: "Is now", kind: "quantity" },
};

/** Money numbers of billing rules whose names reads use for something else. */
const MONEY_OF_BILLING = new Set(["charges", "usual", "most"]);

export function numberFacts(numbers: Readonly<Record<string, number>>, kind: string, unit: string | null): { term: string; value: string }[] {
  return Object.entries(numbers).map(([name, value]) => {
    const known = NUMBERS[name];
    const money = known?.kind === "money" || (kind === "billing" && MONEY_OF_BILLING.has(name));
    const shown = money ? formatDollars(value) : known?.kind === "percent" || name === "percent" ? `${formatCount(value)} %` : known?.kind === "count" || unit === null ? `${formatCount(value)}${name === "hours" ? " hours" : ""}` : quantityText(value, unit as Unit);
    const term = kind === "billing" && name === "percent" ? "Looked at from" : kind === "billing" && name === "most" ? "Allowed" : (known?.name ?? plainWord(name));
    return { term, value: shown };
  });
}
