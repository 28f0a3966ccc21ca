/** A rate document as people read it: its pictures, and the sentence or the table of each charge. */
import type { RateDocument } from "../../../domain/rating/index.ts";
import { TierSteps } from "../../charts/tier-steps.tsx";
import { TouMap } from "../../charts/tou-map.tsx";
import { Card } from "../../components/card.tsx";
import { Table } from "../../components/table.tsx";
import { stepsPictures, weekPictures } from "./rate-pictures.ts";
import { chargeWords, type ChargeWords } from "./rate-words.ts";

/** What a page needs of a document; made on the server, since a document may be long. */
export function shownOf(document: RateDocument) {
  return { charges: chargeWords(document), steps: stepsPictures(document), weeks: weekPictures(document) };
}

export function RateShown({ charges, steps, weeks }: ReturnType<typeof shownOf>) {
  return (
    <>
      <RatePictures steps={steps} weeks={weeks} />
      {charges.map((charge) => <Charge key={charge.id} charge={charge} />)}
    </>
  );
}

/** Tiers as steps, times of use as weeks of hours; nothing for a rate that has neither. */
export function RatePictures({ steps, weeks }: Pick<ReturnType<typeof shownOf>, "steps" | "weeks">) {
  if (weeks.length === 0 && steps.length === 0) return null;
  return (
    <Card title="As a picture">
      {steps.map(({ key, ...picture }) => <TierSteps key={key} {...picture} />)}
      {weeks.map(({ key, ...picture }) => <TouMap key={key} {...picture} />)}
    </Card>
  );
}

/** One line of the bill, in a sentence; a table where it depends on who or when. */
function Charge({ charge }: { charge: ChargeWords }) {
  const [only] = charge.rows;
  if (charge.rows.length === 1 && only?.who === "") return <Card title={charge.name}><p>{charge.how} <strong>{capital(only.what)}</strong>.</p></Card>;
  return (
    <Card title={charge.name} flush>
      <p className="card-note">{charge.how}</p>
      <Table caption={`Prices of ${charge.name}`} narrow="keep" rows={charge.rows.map((row, i) => ({ ...row, key: String(i) }))} rowKey={(row) => row.key} columns={[
        { key: "who", head: "For", main: true, cell: (row) => row.who || "Everybody" },
        { key: "what", head: "Price", cell: (row) => capital(row.what) },
      ]} />
    </Card>
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
