/** What cannot be shown: what happened, what it means for the person, where to go on. */
import { isRouteErrorResponse, useLocation } from "react-router";
import { ButtonLink } from "./button.tsx";
import { Page } from "./layout.tsx";
import { useT } from "../i18n/context.tsx";

/** The status and the sentence of whatever a loader, an action or a component threw. */
export function problemOf(error: unknown): { status: number; said: string | null } {
  if (!isRouteErrorResponse(error)) return { status: 500, said: null };
  const message = (error.data as { message?: unknown } | null)?.message;
  return { status: error.status, said: typeof message === "string" ? message : null };
}

/** `home`: where this person begins. An address that may work in a minute is offered again. */
export function Problem({ error, home }: { error: unknown; home: string }) {
  const t = useT();
  const { pathname, search } = useLocation();
  const { status, said } = problemOf(error);
  const [title, more] =
    status === 404 ? [t("problem.notFound"), t("problem.notFoundMore")]
    // Staff are told the reason; it names their role or their account.
    : status === 403 ? [t("problem.forbidden"), said]
    : status === 503 ? [t("problem.unavailable"), t("problem.unavailableMore")]
    : [t("problem.fault"), t("problem.faultMore")];
  const again = status >= 500;
  return (
    <Page title={title} intro={more}>
      <title>{title}</title>
      <div className="row">
        {again ? <ButtonLink to={pathname + search} kind="primary" reloadDocument>{t("problem.again")}</ButtonLink> : null}
        <ButtonLink to={home} kind={again ? "secondary" : "primary"} reloadDocument={again}>{t("problem.home")}</ButtonLink>
      </div>
    </Page>
  );
}
