/** Where staff can go, by what they may see: one table for the rail, the keys and the command palette. */
import { PERMISSIONS, type Permission, type StaffRole } from "../../../domain/lifecycle/permissions.ts";
import type { StaffCommand, StaffNavGroup, StaffNavItem } from "../../components/staff-shell.tsx";

interface Place extends Omit<StaffNavItem, "count" | "countLabel"> {
  readonly needs: Permission;
  /** Which count stands beside it. */
  readonly counts?: "exceptions" | "requests";
}

const PLACES: readonly { readonly label?: string; readonly places: readonly Place[] }[] = [
  {
    places: [
      { to: "/staff", end: true, label: "Board", icon: "board", key: "b", needs: "read:board:any" },
      { to: "/staff/accounts", label: "Accounts", icon: "people", key: "a", needs: "read:account:any" },
      { to: "/staff/exceptions", label: "Exceptions", icon: "flag", key: "e", needs: "read:exception:any", counts: "exceptions", tone: "warn" },
      { to: "/staff/requests", label: "Requests", icon: "request", key: "r", needs: "read:request:any", counts: "requests" },
    ],
  },
  {
    label: "Reads and money",
    places: [
      { to: "/staff/reads", label: "Reads", icon: "usage", needs: "read:meter:any" },
      { to: "/staff/meters", label: "Meters", icon: "meter", needs: "read:meter:any" },
      { to: "/staff/files", label: "Files", icon: "request", needs: "read:meter:any" },
      { to: "/staff/billing", label: "Bill cycles", icon: "cycle", key: "c", needs: "read:billing:any" },
      { to: "/staff/bills", label: "Bills", icon: "bill", needs: "read:bill:any" },
      { to: "/staff/payments", label: "Payments", icon: "pay", key: "p", needs: "read:account:any" },
      { to: "/staff/periods", label: "Month close", icon: "clock", needs: "read:billing:any" },
    ],
  },
  {
    label: "Set up",
    places: [
      { to: "/staff/rates", label: "Rates", icon: "rates", needs: "read:rates:any" },
      { to: "/staff/gateways", label: "Gateways", icon: "globe", needs: "read:settings:any" },
      { to: "/staff/people", label: "People", icon: "person", needs: "read:staff:any" },
      { to: "/staff/settings", label: "Settings", icon: "settings", key: "s", needs: "read:settings:any" },
      { to: "/staff/log", label: "Log", icon: "log", key: "l", needs: "read:log:any" },
    ],
  },
];

const COMMANDS: readonly (StaffCommand & { readonly needs: Permission })[] = [
  { to: "/staff/accounts/new", label: "Open an account", icon: "plus", needs: "open:account:any" },
  { to: "/staff/premises/new", label: "Register a premise", icon: "place", needs: "edit:meter:any" },
  { to: "/staff/meters/new", label: "Enter a new meter", icon: "plus", needs: "edit:meter:any" },
  { to: "/staff/accounts?list=owing", label: "Accounts that owe", icon: "people", needs: "read:account:any" },
  { to: "/staff/billing/unbilled", label: "Who is not billed", icon: "flag", needs: "read:billing:any" },
  { to: "/staff/alerts", label: "Leaks and high usage now", icon: "bell", needs: "read:usage:any" },
  { to: "/staff/people/invite", label: "Invite a customer to the portal", icon: "mail", needs: "invite:customer:any" },
  { to: "/staff/files", label: "Send a file of reads", icon: "meter", needs: "post:file:any" },
  { to: "/staff/files/mappings", label: "Mappings of tables of reads", icon: "settings", needs: "edit:mapping:any" },
  { to: "/staff/messages", label: "Messages that could not be sent", icon: "mail", needs: "read:board:any" },
];

/** The rail of somebody with this role. */
export function navigationFor(role: StaffRole, waiting: Readonly<Record<"exceptions" | "requests", number>>): StaffNavGroup[] {
  return PLACES.map(({ label, places }) => ({
    label,
    items: places.filter(({ needs }) => PERMISSIONS[role].has(needs)).map(({ needs: _, counts, ...place }) => (counts ? { ...place, count: waiting[counts], countLabel: "open" } : place)),
  })).filter((group) => group.items.length > 0);
}

export function commandsFor(role: StaffRole): StaffCommand[] {
  return COMMANDS.filter(({ needs }) => PERMISSIONS[role].has(needs)).map(({ needs: _, ...command }) => command);
}
