import { useSearchParams } from "react-router";
import type { Route } from "./+types/gateways";
import { may } from "../../../domain/lifecycle/permissions.ts";
import { createGateway, listGateways, revokeGateway, rotateGatewaySecret, type GatewayItem } from "../../../worker/operations/gateways.ts";
import { Badge } from "../../components/badge.tsx";
import { ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { TimeText } from "../../components/date-text.tsx";
import { DescriptionList } from "../../components/description-list.tsx";
import { TextField } from "../../components/fields.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { ErrorSummary, FormFrame, Submit } from "../../components/form.tsx";
import { Columns, Page } from "../../components/layout.tsx";
import { EmptyState, Notice } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { formatCount } from "../../format/quantities.ts";
import { answering, refused } from "../../session.server.ts";
import { textOf } from "./forms.server.ts";
import { atWork, conflictForm, refusedForm, unavailableForm, whileThere } from "./staff.server.ts";

export const meta: Route.MetaFunction = () => [{ title: "Gateways" }];

/** A gateway that has posted before and has not for a day is silent. */
const SILENT_MS = 24 * 3_600_000;

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:settings:any");
  const now = world.now();
  const gateways = (await answering(() => listGateways(world, actor))).map((gateway) => ({ ...gateway, silent: gateway.status === "active" && gateway.lastSeenAt !== null && gateway.lastSeenAt < now - SILENT_MS }));
  return { gateways, mayEdit: may(actor, "edit:gateways:any"), commandIds: { make: newCommandId(), rotate: newCommandId(), revoke: newCommandId() } };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked, "edit:gateways:any");
  const form = await asked.request.formData();
  const input = { commandId: textOf(form, "commandId"), gatewayId: textOf(form, "gatewayId") };
  const work = {
    make: () => createGateway(world, actor, { commandId: input.commandId, name: textOf(form, "name") }),
    rotate: () => rotateGatewaySecret(world, actor, { ...input, atOnce: false }),
    replace: () => rotateGatewaySecret(world, actor, { ...input, atOnce: true }),
    revoke: async () => ({ ...(await revokeGateway(world, actor, input)), secret: null }),
  }[textOf(form, "do")];
  if (!work) throw refused(400, "There is no such thing to do here.");
  const answer = await answering(() => whileThere(work));
  switch (answer.status) {
    case "done": return { did: textOf(form, "do"), gatewayId: answer.result.gatewayId, keyId: answer.result.keyId, secret: answer.secret };
    case "refused": return refusedForm(form, answer.refusal);
    case "conflict": return conflictForm(form);
    case "unavailable": return unavailableForm(form);
  }
}

type Shown = GatewayItem & { readonly silent: boolean };

/** Head-ends that post reads, each with a credential of its own. */
export default function Gateways({ loaderData: { gateways, mayEdit, commandIds }, actionData }: Route.ComponentProps) {
  const [search] = useSearchParams();
  const made = actionData && "did" in actionData ? actionData : null;
  const state = actionData && "errors" in actionData ? actionData : null;
  const chosen = gateways.find((gateway) => gateway.id === search.get("gateway"));
  const aboutOne = state?.values["gatewayId"] !== undefined;
  return (
    <Page title="Gateways" intro="Head-ends that post reads, each with a credential of its own.">
      {made?.secret ? (
        <Notice tone="good" title="The secret is shown once" live>
          <p>Copy it now to the head-end; only it and this page know it. {made.did === "rotate" ? "The secret before still works for 24 hours." : made.did === "replace" ? "The secret before no longer works." : ""}</p>
          <p><code className="break">{`Authorization: Bearer ${made.keyId}.${made.secret}`}</code></p>
        </Notice>
      ) : made ? <Notice tone="good" live>{made.did === "revoke" ? "The gateway is revoked: nothing it posts is taken any more." : "This was done before. The secret was shown then; make a new one if it is lost."}</Notice> : null}
      <Columns aside={mayEdit ? (
        <>
          {chosen ? <Manage gateway={chosen} commandIds={commandIds} state={aboutOne ? state : null} /> : null}
          <Card title="New gateway">
            <FormFrame id="make" state={aboutOne ? null : state} commandId={state?.commandId ?? commandIds.make}>
              <TextField name="name" label="Name" hint="For example that of the head-end" maxLength={80} autoComplete="off" />
              <Submit name="do" value="make">Make a credential</Submit>
            </FormFrame>
          </Card>
        </>
      ) : null}>
        <Card flush>
          <Table<Shown> caption="Gateways" rows={gateways} rowKey={(row) => row.id} rowTo={mayEdit ? (row) => `?gateway=${encodeURIComponent(row.id)}` : undefined} rowCurrent={(row) => row.id === chosen?.id}
            rowTone={(row) => (row.silent ? "bad" : undefined)}
            empty={<EmptyState icon="globe" title="No gateway yet">Make a credential, give it to the head-end, and its reads arrive here.</EmptyState>}
            columns={[
              { key: "name", head: "Gateway", main: true, cell: (row) => row.name },
              { key: "key", head: "Key", cell: (row) => <code>{row.keyId}</code> },
              { key: "state", head: "State", cell: (row) => (row.status === "revoked" ? <Badge>Revoked</Badge> : row.silent ? <Badge tone="bad">Silent</Badge> : row.lastSeenAt === null ? <Badge tone="info">Not heard yet</Badge> : <Badge tone="good">Heard</Badge>) },
              { key: "seen", head: "Last heard", cell: (row) => (row.lastSeenAt === null ? <span className="soft">Never</span> : <TimeText at={row.lastSeenAt} form="full" />) },
              { key: "batches", head: "Batches, 24 h", numeric: true, extra: true, cell: (row) => formatCount(row.batches) },
              { key: "reads", head: "Reads, 24 h", numeric: true, cell: (row) => formatCount(row.reads) },
            ]} />
        </Card>
        <Card title="How reads are posted">
          <p>With <code className="break">POST /api/v1/ami/reads</code>, as JSON, up to 10,000 reads at once, or as a file in the head-end's own format with <code className="break">POST /api/v1/ami/files</code>. What is posted twice is taken once.</p>
          <p className="row"><ButtonLink to="/staff/reads/arrivals" icon="usage">What arrived, by hour</ButtonLink> <ButtonLink to="/staff/reads" icon="meter">Batches that arrived</ButtonLink> <ButtonLink to="/staff/files" icon="log">Files</ButtonLink></p>
        </Card>
      </Columns>
    </Page>
  );
}

function Manage({ gateway, commandIds, state }: { gateway: Shown; commandIds: { rotate: string; revoke: string }; state: Parameters<typeof ErrorSummary>[0]["state"] | null }) {
  return (
    <Card title={gateway.name}>
      {state ? <ErrorSummary state={state} /> : null}
      <DescriptionList lines facts={[{ term: "Key", value: <code>{gateway.keyId}</code> }, { term: "Last heard", value: gateway.lastSeenAt === null ? "Never" : <TimeText at={gateway.lastSeenAt} form="full" /> }]} />
      {gateway.status === "active" ? (
        <>
          <p><ButtonLink to={`/staff/gateways/${encodeURIComponent(gateway.id)}/head-end`} icon="meter">How its meters are asked</ButtonLink></p>
          <FormFrame id="rotate" commandId={commandIds.rotate}>
            <input type="hidden" name="gatewayId" value={gateway.id} readOnly />
            <p className="soft">A new secret under the same key. The old one works for 24 hours more, so that no read is lost while the head-end is changed; where it may be known to others, let it stop at once.</p>
            <Submit kind="secondary" name="do" value="rotate">New secret</Submit>
            <Submit kind="secondary" name="do" value="replace">New secret, stop the old at once</Submit>
          </FormFrame>
          <FormFrame id="revoke" commandId={commandIds.revoke}>
            <input type="hidden" name="gatewayId" value={gateway.id} readOnly />
            <p className="soft">Nothing that it posts is taken any more. This cannot be undone.</p>
            <Submit kind="danger" name="do" value="revoke">Revoke</Submit>
          </FormFrame>
        </>
      ) : <p className="soft">It is revoked. Make a new credential if it should post again.</p>}
    </Card>
  );
}
