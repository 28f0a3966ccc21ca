import { addDays, type LocalDate } from "../../calendar/local-date.ts";
import { averageDaily } from "../history.ts";
import type { VeeParameters } from "../vee-parameters.ts";
import { poorHistory } from "./high-low.ts";
import { lengthText, shown, usageOf, type IntervalRule } from "./rule.ts";

/** Whether pipes may freeze on that day, by the dates of the cold season; it may span the new year. */
export function inColdSeason(day: LocalDate, { freeze: { fromDay, toDay } }: VeeParameters): boolean {
  const monthDay = Number(day.slice(5, 7)) * 100 + Number(day.slice(8, 10));
  return fromDay <= toDay ? monthDay >= fromDay && monthDay <= toDay : monthDay >= fromDay || monthDay <= toDay;
}

/**
 * A house that is lived in and used as ever stops drawing water in the cold season. The meter knows no temperature: this is
 * a risk, and the customer knows best. A house that stood still before the season did has not frozen.
 */
export const freeze: IntervalRule = {
  id: "freeze",
  title: "No flow in the cold season",
  what: "A premise with a customer and its usual use has drawn nothing for a row of hours, which it hardly ever does, between the dates of the cold season.",
  source: "No-flow and freeze alerts of AMI water utilities; the dates stand in for a temperature, which no meter sends",
  check: (scan, span, parameters, { freezeSlots, freezeUsual }) => {
    if (freezeSlots === 0 || scan.idleAtEnd < freezeSlots || !span.serviceActive || span.channel.direction !== "delivered") return null;
    const slotsADay = scan.slots / span.days;
    const began = addDays(span.day, span.days - Math.ceil(scan.idleAtEnd / slotsADay));
    if (!inColdSeason(span.day, parameters) || !inColdSeason(began, parameters)) return null;
    const { previous } = span.history;
    if (previous === null || poorHistory(previous, parameters) || (averageDaily(previous) ?? 0) < freezeUsual) return null;
    // A cabin that is used on weekends, a garden that is watered twice a week: dry days are as usual there.
    return (previous.idleDays ?? 0) * 100 <= previous.days * parameters.freeze.idlePercent ? "info" : null;
  },
  explain: ({ idleAtEnd }, { channel, history }) => {
    const usual = averageDaily(history.previous) ?? 0;
    return {
      numbers: { slots: idleAtEnd, usual: usageOf(usual, channel) },
      sentence: `Nothing was drawn for ${lengthText(idleAtEnd, channel)} in the cold season; usually it is ${shown(usual, channel)} a day. A pipe may be frozen.`,
    };
  },
};
