import type { Route } from "./+types/mappings";
import { may } from "../../../domain/lifecycle/permissions.ts";
import { listMappings, type SavedMapping } from "../../../worker/operations/files/mappings.ts";
import { ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { TimeText } from "../../components/date-text.tsx";
import { Page } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { answering } from "../../session.server.ts";
import { AnswerNotice } from "./answer-notice.tsx";
import { atWork } from "./staff.server.ts";

export const meta: Route.MetaFunction = () => [{ title: "Mappings" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:meter:any");
  return { mappings: await answering(() => listMappings(world, actor)), mayEdit: may(actor, "edit:mapping:any") };
}

/** What the columns of tables are that no known head-end sends, each by its name. */
export default function Mappings({ loaderData: { mappings, mayEdit } }: Route.ComponentProps) {
  return (
    <Page title="Mappings" intro="What the columns of a table mean, said once, for files of no known head-end." back={{ to: "/staff/files", label: "Files of reads" }}
      actions={mayEdit ? <ButtonLink to="/staff/files/mappings/new" kind="primary" icon="plus">New mapping</ButtonLink> : null}>
      <AnswerNotice />
      <Card flush>
        <Table<SavedMapping> caption="Mappings" rows={mappings} rowKey={(row) => row.name} rowTo={mayEdit ? (row) => `/staff/files/mappings/${row.name}` : undefined}
          empty={<EmptyState icon="settings" title="No mapping yet">Make one from a sample of the file; it is tried before it is saved.</EmptyState>}
          columns={[
            { key: "name", head: "Name", main: true, cell: (row) => row.name },
            { key: "version", head: "Version", numeric: true, cell: (row) => row.version },
            { key: "from", head: "In effect from", cell: (row) => <TimeText at={row.effectiveAt} form="full" /> },
            { key: "kind", head: "Reads", cell: (row) => (row.mapping.kind === "register" ? "Registers" : "Intervals") },
            { key: "values", head: "Columns", extra: true, cell: (row) => row.mapping.values.map(({ column }) => column).join(", ") },
          ]} />
      </Card>
    </Page>
  );
}
