/** The way to a day of a meter's channel with where its values come from, and to a line of a file. */
import { Form } from "react-router";
import type { LocalDate } from "../../../domain/calendar/local-date.ts";
import type { ChannelRow } from "../../../worker/operations/meters.ts";
import { Button } from "../../components/button.tsx";
import { DateField, SelectField } from "../../components/fields.tsx";

export const meterDayPath = (meterId: string, day: LocalDate, channelId: number): string => `/staff/meters/${encodeURIComponent(meterId)}/days?day=${day}&channel=${channelId}`;

export const fileLinePath = (fileId: string, line: number): string => `/staff/files/${fileId}?line=${line}`;

/** Which day, of which channel. */
export function DayForm({ meterId, channels, day, channelId }: { meterId: string; channels: readonly ChannelRow[]; day: LocalDate; channelId?: number | undefined }) {
  return (
    <Form method="get" className="filter-row" action={`/staff/meters/${encodeURIComponent(meterId)}/days`}>
      <DateField name="day" label="Day" defaultValue={day} />
      {channels.length > 1 ? <SelectField name="channel" label="Channel" defaultValue={channelId === undefined ? undefined : String(channelId)} options={channels.map((each) => ({ value: String(each.channelId), label: `${each.name}, ${each.kind === "interval" ? "intervals" : "register"}` }))} /> : null}
      <Button type="submit" kind="secondary">Show</Button>
    </Form>
  );
}
