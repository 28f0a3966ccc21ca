import type { Route } from "./+types/meter-shop";
import { shopMovesFrom, type MeterState, type ShopMove } from "../../../domain/lifecycle/meter.ts";
import { meterPage } from "../../../worker/operations/meters.ts";
import { meterShop, moveMeter, pairEndpoint, recordTest } from "../../../worker/operations/meter-stock.ts";
import { Card } from "../../components/card.tsx";
import { DateField, RadioField, SelectField, TextField } from "../../components/fields.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Columns, Page, Row } from "../../components/layout.tsx";
import { answering, refused } from "../../session.server.ts";
import { didPath } from "./answer-notice.tsx";
import { textOf } from "./forms.server.ts";
import { answerForm, atWork } from "./staff.server.ts";
import { plainWord } from "./words.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData ? `Meter ${loaderData.badge} in the shop` : "Meter" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "edit:meter:any");
  const page = await answering(() => meterPage(world, actor, asked.params.meterId));
  if (!page) throw refused(404, "There is no such meter.");
  const shop = await answering(() => meterShop(world, actor, page.meterId));
  return { badge: page.badge, status: page.status, shop, commandIds: { move: newCommandId(), test: newCommandId(), pair: newCommandId() } };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked, "edit:meter:any");
  const { meterId } = asked.params;
  const form = await asked.request.formData();
  const text = (name: string) => textOf(form, name);
  const here = { commandId: text("commandId"), meterId };
  const done = (did: string) => (status: "done" | "pending") => didPath(`/staff/meters/${encodeURIComponent(meterId)}`, did, status);
  switch (text("do")) {
    case "move": return answerForm(form, () => moveMeter(world, actor, { ...here, move: text("move") }), done("moved"));
    case "test": return answerForm(form, () => recordTest(world, actor, { ...here, testedOn: text("testedOn"), asFound: text("asFound"), asLeft: text("asLeft"), passed: text("passed"), note: text("note") }), done("tested"));
    case "pair": return answerForm(form, () => pairEndpoint(world, actor, { ...here, endpointId: text("endpointId"), gatewayId: text("gatewayId"), fromOn: text("fromOn") }), done("paired"));
    default: throw refused(400, "There is no such thing to do here.");
  }
}

const MOVE_WORDS: Readonly<Record<ShopMove, string>> = { receive: "It has arrived: into stock", test: "To the test bench", restock: "Back into stock", retire: "Retire it" };

export default function Shop({ loaderData: { badge, status, shop, commandIds }, actionData, params }: Route.ComponentProps) {
  const moves = shopMovesFrom(status as MeterState);
  const sent = actionData?.values["do"]?.[0];
  const stateOf = (what: string) => (sent === what ? actionData : null);
  return (
    <Page title={`Meter ${badge}`} intro={`State: ${plainWord(status).toLowerCase()}`} back={{ to: `/staff/meters/${encodeURIComponent(params.meterId)}`, label: `Meter ${badge}` }}>
      <Columns aside={moves.length > 0 ? (
        <Card title="In the shop">
          <FormFrame id="move" state={stateOf("move")} commandId={commandIds.move}>
            <input type="hidden" name="do" value="move" readOnly />
            <RadioField name="move" label="Next" options={moves.map((value) => ({ value, label: MOVE_WORDS[value] }))} />
            <Submit kind="secondary">Move it on</Submit>
          </FormFrame>
        </Card>
      ) : null}>
        <Card title="A test">
          <FormFrame id="test" state={stateOf("test")} commandId={commandIds.test}>
            <input type="hidden" name="do" value="test" readOnly />
            <Row align="start">
              <DateField name="testedOn" label="Tested on" defaultValue={shop.today} />
              <TextField name="asFound" label="As found" suffix="%" width="short" inputMode="decimal" autoComplete="off" />
              <TextField name="asLeft" label="As left, once set right" suffix="%" width="short" inputMode="decimal" optional autoComplete="off" />
            </Row>
            <RadioField name="passed" label="By the utility's limits it" options={[{ value: "yes", label: "passed" }, { value: "no", label: "failed" }]} />
            <TextField name="note" label="Note" hint="Bench, flow rates; no names." optional maxLength={200} autoComplete="off" />
            <Submit>Write the test down</Submit>
          </FormFrame>
        </Card>
        {shop.gateways.length > 0 ? (
          <Card title="The module that speaks for it">
            <FormFrame id="pair" state={stateOf("pair")} commandId={commandIds.pair}>
              <input type="hidden" name="do" value="pair" readOnly />
              <Row align="start">
                <TextField name="endpointId" label="Number of the module" width="medium" maxLength={64} autoComplete="off" spellCheck={false} />
                <SelectField name="gatewayId" label="Head-end" width="medium" options={shop.gateways.map(({ id, name }) => ({ value: id, label: name }))} />
                <DateField name="fromOn" label="From" defaultValue={shop.today} />
              </Row>
              <Submit kind="secondary">Pair it</Submit>
            </FormFrame>
          </Card>
        ) : null}
      </Columns>
    </Page>
  );
}
