/** A day's list and the way to all of it: the figures of the board lead to today's. */
import { Link } from "react-router";
import { DateText } from "../../components/date-text.tsx";
import { isLocalDate, type LocalDate } from "../../../domain/calendar/local-date.ts";

/** The day that a list is asked for, if it is one. */
export function dayOf(search: URLSearchParams): LocalDate | null {
  const day = search.get("day");
  return day !== null && isLocalDate(day) ? day : null;
}

export function DayIntro({ day, today }: { day: LocalDate | null; today: LocalDate }) {
  if (day === null) return <>Newest first. <Link to={`?day=${today}`}>Only today</Link></>;
  return <><DateText date={day} />. <Link to="?">All days</Link></>;
}
