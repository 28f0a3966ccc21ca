/** Premises that were found, each a link to go on with it. */
import { Badge } from "../../components/badge.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import type { PremiseFound } from "../../../worker/operations/premises.ts";
import { commodityName } from "./words.ts";

export function PremiseResults({ query, found, to }: { query: string; found: readonly PremiseFound[]; to: (premiseId: string) => string }) {
  if (query === "") return null;
  return (
    <Table<PremiseFound> caption="Premises" rows={found} rowKey={(row) => row.premiseId} rowTo={(row) => to(row.premiseId)}
      empty={<EmptyState icon="place" title={`No premise was found for “${query}”`}>Try the number and the first letters of the street.</EmptyState>}
      columns={[
        { key: "address", head: "Premise", main: true, cell: (row) => row.address },
        { key: "services", head: "Services", cell: (row) => (row.services ?? "").split(",").filter(Boolean).map(commodityName).join(", ") },
        { key: "state", head: "Served now for", cell: (row) => row.occupant ?? <Badge tone="good">Free</Badge> },
      ]} />
  );
}
