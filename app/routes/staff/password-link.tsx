import { Notice } from "../../components/notice.tsx";

/** The one-time link, for handing over where the e-mail does not arrive. Shown once. */
export function PasswordLink({ email, url }: { email: string; url: string }) {
  return (
    <Notice tone="good" title="The link is on its way" live>
      <p>We sent it to {email}. It works once, within 7 days. If the e-mail does not arrive, hand over this link yourself; it is not shown again:</p>
      <p><code className="break">{url}</code></p>
    </Notice>
  );
}
