import { Link } from "react-router";
import type { Route } from "./+types/settings";
import { settingProposals } from "../../../worker/operations/setting-approval.ts";
import { settingsPage } from "../../../worker/operations/settings.ts";
import { Badge } from "../../components/badge.tsx";
import { DateText } from "../../components/date-text.tsx";
import { Icon } from "../../components/icons.tsx";
import { Grid, Page } from "../../components/layout.tsx";
import { answering } from "../../session.server.ts";
import { TOPICS, type TopicPath } from "./setting-topics.ts";
import { atWork } from "./staff.server.ts";

export const meta: Route.MetaFunction = () => [{ title: "Settings" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:settings:any");
  const [{ history, cycles, today }, { proposals }] = await answering(() => Promise.all([settingsPage(world, actor), settingProposals(world, actor, null)]));
  const waits = (topic: string) => proposals.some((proposal) => proposal.topic === topic && proposal.status === "open");
  const since = (topic: string) => history.find((change) => change.topic === topic && change.effectiveOn <= today)?.effectiveOn ?? null;
  const coming = (topic: string) => history.findLast((change) => change.topic === topic && change.effectiveOn > today)?.effectiveOn ?? null;
  return { topics: (Object.keys(TOPICS) as TopicPath[]).map((topic) => ({ topic, since: since(topic), coming: coming(topic), waits: waits(topic) })), cycles: cycles.length };
}

export default function Settings({ loaderData: { topics, cycles } }: Route.ComponentProps) {
  return (
    <Page title="Settings" intro="Each change counts from a day on, once a second person has approved it. What counted before stays as it was, so that every bill can be made again.">
      <Grid>
        {topics.map(({ topic, since, coming, waits }) => (
          <Link key={topic} className="topic" to={`/staff/settings/${topic}`}>
            <Icon name={TOPICS[topic].icon} />
            <span>
              <span className="topic-name">{TOPICS[topic].name}</span>
              <span className="soft">{TOPICS[topic].what}</span>
              {waits ? <span><Badge tone="warn" icon="pending">A change waits for approval</Badge></span> : null}
              <span className="small soft">{topic === "cycles" ? `${cycles} ${cycles === 1 ? "cycle" : "cycles"}` : since ? <>Since <DateText date={since} form="day" /></> : null}{coming ? <>; a change comes on <DateText date={coming} form="day" /></> : null}</span>
            </span>
          </Link>
        ))}
      </Grid>
    </Page>
  );
}
