/** The story of a meter around a read in doubt: the days, the intervals of the day, and the months behind. */
import type { ExceptionPage, MeterStory as Story } from "../../../worker/operations/exceptions.ts";
import { addDays, daysBetween } from "../../../domain/calendar/local-date.ts";
import { localDateOf } from "../../../domain/calendar/zone.ts";
import { registerAdvance } from "../../../domain/metering/register.ts";
import { timesMultiplier } from "../../../domain/metering/units.ts";
import { MeterStory, type StoryPeriod } from "../../charts/meter-story.tsx";
import { monthLabels } from "../../charts/usage-bars.tsx";
import { Card } from "../../components/card.tsx";
import { Disclosure } from "../../components/disclosure.tsx";
import { formatDate, formatTime } from "../../format/dates.ts";
import type { Unit } from "../../format/quantities.ts";
import { usePlace } from "../../i18n/context.tsx";

type Quality = StoryPeriod["quality"];

/** Days before the one in doubt: four of each weekday. */
const DAYS_BEFORE = 28;
/** Reads before the one in doubt. */
const READS_SHOWN = 13;

export function ExceptionStory({ page }: { page: ExceptionPage }) {
  const { meter, item, rule } = page;
  const place = usePlace();
  if (!meter) return null;
  const unit = meter.unit as Unit;
  if (meter.kind === "register") {
    return <Card title="What the register says"><MeterStory title="Usage between reads" note={`Meter ${meter.badge}`} unit={unit} periods={readPeriods(meter, item.readAt, rule.title, place)} labels={7} /></Card>;
  }
  const slots = slotPeriods(page, meter, place.zone);
  return (
    <Card title="What the meter says">
      <MeterStory title="Usage by day" note={`Meter ${meter.badge}`} unit={unit} periods={dayPeriods(meter, item.day, rule.title, place.today)} labels={9} />
      {slots.length > 0 ? <MeterStory title={`The day itself, ${meter.stepMinutes === 60 ? "hour by hour" : `every ${meter.stepMinutes} minutes`}`} unit={unit} height="low" periods={slots} lineWord="A week before" labels={8} /> : null}
      <Disclosure summary="Thirteen months"><MeterStory title="Usage by month" showTitle={false} unit={unit} height="low" periods={monthPeriods(meter)} /></Disclosure>
    </Card>
  );
}

const qualityOf = (estimated: number | boolean): Quality => (estimated ? "estimated" : "actual");

function dayPeriods(meter: Story, day: string | null, suspect: string, today: string): StoryPeriod[] {
  const from = day === null ? "" : addDays(day, -DAYS_BEFORE);
  return meter.days.filter((each) => each.day >= from).map((each) => ({
    key: each.day, label: formatDate("en", each.day, "weekday", today), tick: formatDate("en", each.day, "day", each.day),
    value: each.total, quality: qualityOf(each.estimated), suspect: each.day === day ? suspect : undefined,
  }));
}

function monthPeriods(meter: Story): StoryPeriod[] {
  const months = Map.groupBy(meter.days, (each) => each.day.slice(0, 7));
  return [...months].map(([month, days]) => ({
    ...monthLabels("en", `${month}-01`), value: days.reduce((sum, each) => sum + each.total, 0), quality: qualityOf(days.some((each) => each.estimated > 0)),
  }));
}

/** The intervals of the day, the same weekday of the week before as a line. The rule marks one, or the whole day. */
function slotPeriods({ slot, rule }: ExceptionPage, meter: Story, zone: string): StoryPeriod[] {
  const usage = (value: number) => timesMultiplier(value, meter.multiplier);
  const before = new Map(meter.weekBefore.map((each) => [each.slot, each.value]));
  return meter.slots.map((each) => {
    const time = formatTime("en", each.at, zone);
    const earlier = before.get(each.slot);
    return {
      key: String(each.slot), label: time, tick: time, value: each.value === null ? null : usage(each.value), quality: each.quality === "actual" ? "actual" : each.quality === "edited" ? "edited" : "estimated",
      neighbors: earlier === undefined || earlier === null ? null : usage(earlier), suspect: slot === each.slot ? rule.title : undefined,
    };
  });
}

function readPeriods(meter: Story, readAt: number | null, suspect: string, { zone, today }: { zone: string; today: string }): StoryPeriod[] {
  const periods = meter.reads.slice(1).map((read, i): StoryPeriod => {
    const start = meter.reads[i]!;
    const day = localDateOf(read.readAt, zone);
    const advance = registerAdvance(start.value, read.value, { multiplier: meter.multiplier, dials: null, direction: meter.direction });
    const days = daysBetween(localDateOf(start.readAt, zone), day);
    return {
      key: String(read.readAt), label: `${formatDate("en", day, "weekday", today)} (${days} ${days === 1 ? "day" : "days"})`, tick: formatDate("en", day, "day", day),
      value: advance.kind === "negative" ? 0 : advance.usage, quality: read.quality === "estimated" ? "estimated" : read.quality === "edited" ? "edited" : "actual", suspect: read.readAt === readAt ? suspect : undefined,
    };
  });
  const at = periods.findIndex((period) => period.suspect);
  return at < 0 ? periods.slice(-READS_SHOWN) : periods.slice(Math.max(0, at - READS_SHOWN + 1), at + READS_SHOWN);
}
