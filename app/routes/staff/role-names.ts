/** What roles are called, and what each is for. */
import type { StaffRole } from "../../../domain/lifecycle/permissions.ts";

export const ROLE_WORDS: Readonly<Record<StaffRole, { readonly name: string; readonly does: string }>> = {
  csr: { name: "Customer service", does: "Accounts, payments at the counter, requests, starting and stopping service." },
  billing: { name: "Billing", does: "What customer service does, and exceptions, bill runs and adjustments." },
  field: { name: "Field", does: "Meters, reads and orders." },
  supervisor: { name: "Supervisor", does: "What billing and field do, and reversals, rates and the log." },
  admin: { name: "Administrator", does: "Everything, and settings and people." },
  auditor: { name: "Auditor", does: "Sees everything and changes nothing." },
};

export const roleName = (role: StaffRole): string => ROLE_WORDS[role].name;

/** For a group of radio buttons. */
export const ROLE_OPTIONS = (Object.keys(ROLE_WORDS) as StaffRole[]).map((value) => ({ value, label: ROLE_WORDS[value].name, hint: ROLE_WORDS[value].does }));
