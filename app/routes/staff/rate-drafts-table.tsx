import type { DraftListed } from "../../../worker/operations/rate-draft-pages.ts";
import { Badge } from "../../components/badge.tsx";
import { DateText, TimeText } from "../../components/date-text.tsx";
import { Icon } from "../../components/icons.tsx";
import { Table } from "../../components/table.tsx";
import { draftState } from "./rate-draft-words.ts";
import { commodityIcon, commodityName } from "./words.ts";

/** Drafts, those that wait for a second person first. */
export function Drafts({ drafts }: { drafts: readonly DraftListed[] }) {
  return (
    <Table<DraftListed> caption="Drafts of rates" rows={drafts} rowKey={(row) => row.draftId} rowTo={(row) => `/staff/rates/drafts/${encodeURIComponent(row.draftId)}`} columns={[
      { key: "name", head: "Draft", main: true, cell: (row) => row.name },
      { key: "service", head: "Service", cell: (row) => <span className="keyed"><Icon name={commodityIcon(row.commodity)} />{commodityName(row.commodity)}</span> },
      { key: "from", head: "Counts from", cell: (row) => <DateText date={row.effectiveOn} form="day" /> },
      { key: "state", head: "State", cell: (row) => <Badge tone={draftState(row.status).tone}>{draftState(row.status).name}</Badge> },
      { key: "saved", head: "Written", cell: (row) => <TimeText at={row.savedAt} form="full" /> },
    ]} />
  );
}
