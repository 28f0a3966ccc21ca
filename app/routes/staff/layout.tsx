import { Outlet } from "react-router";
import type { Route } from "./+types/layout";
import { may } from "../../../domain/lifecycle/permissions.ts";
import { StaffShell } from "../../components/staff-shell.tsx";
import { useRoot } from "../../root.tsx";
import { requireStaff, staffOnly } from "../../session.server.ts";
import staffStyles from "../../styles/staff.css?url";
import { roleName } from "./role-names.ts";

export const middleware: Route.MiddlewareFunction[] = [staffOnly()];

export const links: Route.LinksFunction = () => [{ rel: "stylesheet", href: staffStyles }];

export function loader(asked: Route.LoaderArgs) {
  const { name, role, actor } = requireStaff(asked);
  return { person: { name, role: roleName(role as Exclude<typeof role, "customer">) }, seesStaff: may(actor, "read:staff:any") };
}

/** The staff's frame. */
export default function StaffLayout({ loaderData: { person, seesStaff } }: Route.ComponentProps) {
  const { utility } = useRoot()!;
  return (
    <StaffShell utility={{ name: utility.name }} searchAction="/staff/search" person={person} signOutAction="/sign-out"
      nav={[{ items: seesStaff ? [{ to: "/staff/people", label: "People", icon: "person", key: "p" }] : [] }]}>
      <Outlet />
    </StaffShell>
  );
}
