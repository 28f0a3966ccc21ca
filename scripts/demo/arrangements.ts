/** What customers and the office agree on in the demonstration's year, told in days before today: equal payments, money paid ahead, bills made again. */
import type { UserActor } from "../../domain/lifecycle/permissions.ts";
import { setBudget } from "../../worker/operations/budget-billing.ts";
import { correctBills, correctionPage, type CorrectionAsked } from "../../worker/operations/corrections.ts";
import { noticeChoice, setNotices } from "../../worker/operations/notices.ts";
import { payAtCounter } from "../../worker/operations/payments.ts";
import { setPrepaid } from "../../worker/operations/prepaid.ts";
import { SCHEDULES } from "./rates.ts";
import type { Arranged } from "./stories.ts";
import type { Town, TownAccount } from "./town.ts";
import type { Demo } from "./world.ts";

interface With {
  readonly account: TownAccount;
  readonly town: Town;
  /** Who signs in for the account; null where nobody does. */
  readonly customer: UserActor | null;
}

type Answer = { readonly status: string; readonly refusal?: { readonly message: string } };

export interface Arrangement {
  readonly arranged: Arranged;
  readonly daysAgo: number;
  readonly work: (demo: Demo, of: With) => Promise<Answer>;
}

const NOTHING_TO_DO: Answer = { status: "done" };
const LOW_AT = 40_00;

const prepay = (id: string, amount: number): Arrangement["work"] => ({ world, staff }, { account: { accountId } }) =>
  payAtCounter(world, staff.clerk, { commandId: `${id}-${accountId}`, accountId, amount, tender: "cash", reference: "" });

export const ARRANGEMENTS: readonly Arrangement[] = [
  // Eight bills are enough for an average.
  { arranged: "budget", daysAgo: 150, work: ({ world, staff }, { account: { accountId } }) => setBudget(world, staff.clerk, { commandId: `budget-enrolled-${accountId}`, accountId, what: "enrol", amount: null, reason: "" }) },
  { arranged: "prepaid", daysAgo: 41, work: ({ world, staff }, { account: { accountId } }) => setPrepaid(world, staff.clerk, { commandId: `prepaid-enrolled-${accountId}`, accountId, what: "enrol", lowAt: LOW_AT, reason: "" }) },
  { arranged: "prepaid", daysAgo: 41, work: prepay("prepaid-first-money", 600_00) },
  { arranged: "prepaid", daysAgo: 6, work: prepay("prepaid-more-money", 250_00) },
  { arranged: "rebilled", daysAgo: 30, work: textsForLeaks },
  { arranged: "rebilled", daysAgo: 5, work: withoutHours },
];

/** Of what runs without a pause they want to hear by text, of everything else as before. */
async function textsForLeaks({ world }: Demo, { account: { accountId, opening }, customer }: With): Promise<Answer> {
  if (customer === null) return NOTHING_TO_DO;
  const { choices } = await noticeChoice(world, customer);
  return setNotices(world, customer, { commandId: `notices-chosen-${accountId}`, choices: { ...choices, leak: ["email", "text"], burst: ["text"] }, phone: opening.person.phone ?? "", agreed: true });
}

/** The rate without hours was asked for and never entered: the last bill is made again with it. In a large town both came to the same until a few weeks ago. */
async function withoutHours({ world, staff, port }: Demo, { account: { accountId, services }, town }: With): Promise<Answer> {
  const electric = services.find(({ commodity }) => commodity === "electric");
  if (!electric || town.clockRatesFrom !== null) return NOTHING_TO_DO;
  const [last] = await port.query<{ id: string }>("SELECT id FROM bill WHERE account_id = ? ORDER BY period_to DESC LIMIT 1", [accountId]);
  const asked: CorrectionAsked = { fromBill: last!.id, cause: "wrongRate", again: true, services: [{ agreementId: electric.agreementId, rateScheduleId: SCHEDULES.of("electric", "home", true, false) }], feesBack: null };
  const { branch, refusal } = await correctionPage(world, staff.billing, accountId, asked, null);
  if (branch === null) return { status: "refused", refusal: { message: refusal ?? "nothing to correct" } };
  return correctBills(world, staff.billing, { commandId: `rate-corrected-${accountId}`, accountId, asked, reason: "Asked for the rate without hours in August; it was never entered.", branchHash: branch.hash });
}
