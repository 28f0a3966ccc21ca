import { Outlet } from "react-router";
import type { Route } from "./+types/pages";
import { Problem } from "../../components/problem.tsx";

/** Around every page of the portal: what one of them cannot show is said inside the frame, with the way on still there. */
export default function PortalPages() {
  return <Outlet />;
}

export function ErrorBoundary({ error }: Route.ErrorBoundaryProps) {
  return <Problem error={error} home="/portal" />;
}
