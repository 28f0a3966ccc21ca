import { useState, type MouseEvent, type ReactNode } from "react";
import { useNavigate } from "react-router";
import { formatDollars } from "../../domain/money/cents.ts";
import { ButtonLink } from "../components/button.tsx";
import { Card } from "../components/card.tsx";
import { Disclosure } from "../components/disclosure.tsx";
import { ExplainedLines } from "../components/explained-lines.tsx";
import { Row, Stack } from "../components/layout.tsx";
import { Money } from "../components/money.tsx";
import { Notice } from "../components/notice.tsx";
import { usePlace, useT } from "../i18n/context.tsx";
import type { BillCheck } from "./check-bill.ts";

/** What the server found, for a browser whose scripts have not come. */
export interface ServerCheck {
  readonly same: boolean;
  readonly replayed: number;
}

/** Where the server works the bill out, when the browser cannot. */
const BY_SERVER = "?check#check";

/**
 * Works the bill out again, in the reader's own browser with the engine that billed it; where scripts or the manifest do not
 * come, on the server. `ask`: what to do when somebody is not convinced.
 */
export function CheckMyBill({ manifestUrl, byServer, ask }: { manifestUrl: string; byServer: ServerCheck | null; ask?: ReactNode }) {
  const t = useT();
  const { locale, zone } = usePlace();
  const navigate = useNavigate();
  const [state, setState] = useState<"idle" | "working" | BillCheck>("idle");
  const check = async (event: MouseEvent) => {
    event.preventDefault();
    if (state === "working") return;
    setState("working");
    try {
      const { checkBillHere } = await import("./check-bill.ts");
      setState(await checkBillHere(manifestUrl, locale, zone));
    } catch {
      setState("idle");
      await navigate(BY_SERVER, { preventScrollReset: true });
    }
  };
  const here = typeof state === "object" ? state : null;
  const found = here ?? byServer;
  return (
    <Card title={t("bill.check")} id="check">
      {found === null ? (
        <>
          <p className="soft">{t("bill.checkMore")}</p>
          <Row><ButtonLink to={BY_SERVER} rel="nofollow" preventScrollReset onClick={check} aria-busy={state === "working"}>{state === "working" ? t("bill.checkWorking") : t("bill.checkAction")}</ButtonLink>{ask}</Row>
        </>
      ) : found.same ? (
        <>
          <Notice tone="good" title={t("bill.checkSame", { amount: formatDollars(found.replayed) })} live>
            {t("bill.checkSameMore")}{here ? ` ${t("bill.checkHere", { count: here.pieces })}` : ""}
          </Notice>
          {here ? <Lines check={here} /> : null}
          {ask ? <div>{ask}</div> : null}
        </>
      ) : <Notice tone="warn" title={t("bill.checkOther")} live action={ask}>{t("bill.checkOtherMore")}</Notice>}
    </Card>
  );
}

/** Every line as this browser computed it. */
function Lines({ check: { groups, replayed } }: { check: BillCheck }) {
  const t = useT();
  return (
    <Disclosure summary={t("bill.checkLines")}>
      <ExplainedLines total={{ label: t("bill.newCharges"), amount: <Money cents={replayed} /> }} groups={groups.map(({ id, title, cents, lines }) => ({
        id, title, amount: <Money cents={cents} />,
        lines: lines.map(({ id: line, what, cents: amount, how }) => ({
          id: line, what: amount === null ? <span className="soft">{what}</span> : what, amount: amount === null ? "" : <Money cents={amount} />,
          ...(how.length > 0 ? { how: <Stack gap={1}>{how.map((sentence) => <p key={sentence}>{sentence}</p>)}</Stack> } : {}),
        })),
      }))} />
    </Disclosure>
  );
}
