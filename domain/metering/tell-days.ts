/** What sources said of meters in a batch, laid on the local days of the channels on which it is judged. */
import type { Instant, LocalDay } from "../calendar/zone.ts";
import { localDayOf } from "../calendar/zone.ts";
import type { Channel, Installation, MeterRecord } from "./channel.ts";
import { judgedOf } from "./conditions.ts";
import { tell, type Work } from "./ingest-work.ts";
import type { MatchedTold } from "./match-reads.ts";

/** A day of a channel of which something new was said; it is judged again although its values may be what they were. */
export interface ToldDay {
  readonly meter: MeterRecord;
  readonly channel: Channel;
  readonly installation: Installation;
  readonly day: LocalDay;
  /** When it began to be said. */
  readonly from: Instant;
}

/** Takes down what was said; returns the days on which it is news. */
export function tellDays(told: readonly MatchedTold[], work: Work): readonly ToldDay[] {
  const days: ToldDay[] = [];
  for (const { meter, channel, installation, told: said } of told) {
    for (let at = said.from; at === said.from || at < said.to; ) {
      const day = localDayOf(at, work.context.zone);
      const found = judgedOf([said], { channelId: channel.channelId, day: day.date }, day.start, day.end);
      const news = found.filter((each) => tell(work, each));
      if (news.length > 0) days.push({ meter, channel, installation, day, from: Math.min(...news.map(({ from }) => from)) });
      at = day.end;
    }
  }
  return days;
}
