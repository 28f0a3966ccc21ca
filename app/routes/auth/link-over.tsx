import { ButtonLink } from "../../components/button.tsx";
import { Page } from "../../components/layout.tsx";
import { useT } from "../../i18n/context.tsx";

/** A one-time link that was used, is too old, or was never ours. */
export function LinkOver({ to, label }: { to: string; label: string }) {
  const t = useT();
  return (
    <Page title={t("auth.linkOverTitle")} intro={t("auth.linkOverIntro")}>
      <div><ButtonLink to={to} kind="primary">{label}</ButtonLink></div>
    </Page>
  );
}
