import { useSearchParams } from "react-router";
import type { Route } from "./+types/people";
import { may } from "../../../domain/lifecycle/permissions.ts";
import { listStaff, peopleWorldOf, type StaffPerson } from "../../../worker/operations/people.ts";
import { Badge } from "../../components/badge.tsx";
import { ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { TimeText } from "../../components/date-text.tsx";
import { Page } from "../../components/layout.tsx";
import { Table } from "../../components/table.tsx";
import { requestContext } from "../../context.ts";
import { answering, requireStaff } from "../../session.server.ts";
import { roleName } from "./role-names.ts";

export const meta: Route.MetaFunction = () => [{ title: "People" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor } = requireStaff(asked, "read:staff:any");
  const people = await answering(() => listStaff(peopleWorldOf(asked.context.get(requestContext)), actor));
  return { people, mayEdit: may(actor, "edit:staff:any") };
}

/** Everybody who works here, those who left at the end. */
export default function People({ loaderData: { people, mayEdit } }: Route.ComponentProps) {
  const [search] = useSearchParams();
  const shown = search.get("left") === "1" ? people : people.filter((person) => person.active);
  const left = people.length - people.filter((person) => person.active).length;
  return (
    <Page title="People" intro="Who works here, and as what." actions={mayEdit ? <ButtonLink to="/staff/people/new" kind="primary" icon="plus">Add a person</ButtonLink> : null}>
      <Card flush>
        <Table<StaffPerson>
          caption="People who work here" rows={shown} rowKey={(person) => person.userId} rowTo={(person) => `/staff/people/${person.userId}`}
          columns={[
            { key: "name", head: "Name", main: true, cell: (person) => person.name },
            { key: "email", head: "E-mail", cell: (person) => person.email },
            { key: "role", head: "Role", cell: (person) => roleName(person.role) },
            { key: "state", head: "State", cell: (person) => <PersonState person={person} /> },
            { key: "last", head: "Last sign-in", cell: (person) => (person.lastSignInAt === null ? <span className="soft">None open</span> : <TimeText at={person.lastSignInAt} />) },
          ]}
        />
      </Card>
      {left > 0 ? <p>{shown.length === people.length ? <a href="/staff/people">Hide those who left</a> : <a href="?left=1">Show {left} who left</a>}</p> : null}
    </Page>
  );
}

function PersonState({ person }: { person: StaffPerson }) {
  if (!person.active) return <Badge>Left</Badge>;
  return person.hasPassword ? <Badge tone="good">Active</Badge> : <Badge tone="warn">Has no password yet</Badge>;
}
