import { useState, type ReactNode } from "react";
import { Outlet, useRouteLoaderData, useSearchParams } from "react-router";
import type { Route } from "./+types/layout";
import type { StaffRole } from "../../../domain/lifecycle/permissions.ts";
import { worldOf } from "../../../worker/operations/context.ts";
import { waitingCounts } from "../../../worker/operations/waiting.ts";
import { Problem } from "../../components/problem.tsx";
import { StaffShell } from "../../components/staff-shell.tsx";
import { requestContext } from "../../context.ts";
import { useRoot } from "../../root.tsx";
import { answering, requireStaff, staffOnly } from "../../session.server.ts";
import staffStyles from "../../styles/staff.css?url";
import { FrameContext, type FrameNews } from "./frame.ts";
import { commandsFor, navigationFor } from "./navigation.ts";
import { roleName } from "./role-names.ts";

export const middleware: Route.MiddlewareFunction[] = [staffOnly()];

export const links: Route.LinksFunction = () => [{ rel: "stylesheet", href: staffStyles }];

/** Staff's pages speak English. */
export const handle = { locale: "en" as const };

export async function loader(asked: Route.LoaderArgs) {
  const { name, actor } = requireStaff(asked);
  const world = worldOf(asked.context.get(requestContext));
  return { name, role: actor.role as StaffRole, waiting: await answering(() => waitingCounts(world, actor)), at: world.now() };
}

type FrameData = Awaited<ReturnType<typeof loader>>;

function Frame({ data, news = {}, children }: { data: FrameData | undefined; news?: FrameNews; children: ReactNode }) {
  const { utility } = useRoot() ?? { utility: { name: "Meterline" } };
  const [search] = useSearchParams();
  return (
    <StaffShell utility={{ name: utility.name }} searchAction="/staff/search" query={search.get("q") ?? undefined} signOutAction="/sign-out"
      person={data ? { name: data.name, role: roleName(data.role) } : undefined}
      nav={data ? navigationFor(data.role, data.waiting) : []} commands={data ? commandsFor(data.role) : []}
      pageKeys={news.pageKeys} connection={news.connection} asOf={data?.at}>
      {children}
    </StaffShell>
  );
}

/** The staff's frame. */
export default function StaffLayout({ loaderData }: Route.ComponentProps) {
  const [news, tell] = useState<FrameNews>({});
  return (
    <FrameContext value={tell}>
      <Frame data={loaderData} news={news}><Outlet /></Frame>
    </FrameContext>
  );
}

/** A page that cannot be shown leaves the frame standing: everywhere else is still one key away. */
export function ErrorBoundary({ error }: Route.ErrorBoundaryProps) {
  const data = useRouteLoaderData<typeof loader>("routes/staff/layout");
  return <Frame data={data}><Problem error={error} home="/staff" /></Frame>;
}
