/**
 * Values that are pushed. A change is marked for a moment and announced politely through one region;
 * nothing moves that the person is about to touch.
 */
import { createContext, useCallback, useContext, useEffect, useRef, useState, type ReactNode } from "react";
import { Notice } from "./notice.tsx";
import { useT } from "../i18n/context.tsx";
import { usePlace } from "../i18n/context.tsx";
import { formatTime } from "../format/dates.ts";
import type { Instant } from "../../domain/calendar/zone.ts";

/** How long a changed value stays marked. */
const FRESH_MS = 2_000;
/** Changes within this time are read out as one message, so that a burst does not talk over itself. */
const GATHER_MS = 600;

const AnnounceContext = createContext<(text: string) => void>(() => {});

/** Gives the page its one polite live region. The shells bring it. */
export function LiveRegion({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState("");
  const waiting = useRef<string[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const announce = useCallback((text: string) => {
    if (!waiting.current.includes(text)) waiting.current.push(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setSaid(waiting.current.splice(0).join(". ")), GATHER_MS);
  }, []);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <AnnounceContext value={announce}>
      {children}
      <div className="unseen" role="status" aria-live="polite">{said}</div>
    </AnnounceContext>
  );
}

/** Says a sentence to assistive technology when it has a moment. */
export function useAnnounce(): (text: string) => void {
  return useContext(AnnounceContext);
}

export interface LiveValueProps {
  /** Changes when the value does: the amount, the count, the text. */
  value: string | number;
  /** What to say when it changes: "Balance: $84.27". Nothing is said without it. */
  announce?: string;
  children: ReactNode;
}

/** A value that may be pushed. Not marked when first shown, marked for two seconds when it changes. */
export function LiveValue({ value, announce, children }: LiveValueProps) {
  const say = useAnnounce();
  const before = useRef(value);
  const [fresh, setFresh] = useState(false);
  useEffect(() => {
    if (before.current === value) return;
    before.current = value;
    setFresh(true);
    if (announce) say(announce);
    const timer = setTimeout(() => setFresh(false), FRESH_MS);
    return () => clearTimeout(timer);
  }, [value, announce, say]);
  return <span className="live" data-fresh={fresh || undefined}>{children}</span>;
}

/** `fine` shows nothing at all. */
export type Connection = "fine" | "connecting" | "offline" | "readOnly";

/** Said only when something is not as it should be. */
export function ConnectionState({ state, asOf }: { state: Connection; asOf?: Instant }) {
  const t = useT();
  const { locale, zone } = usePlace();
  if (state === "fine") return null;
  const words =
    state === "readOnly" ? t("live.readOnly")
    : state === "offline" && asOf !== undefined ? t("live.offline", { time: formatTime(locale, asOf, zone) })
    : t("live.connecting");
  return (
    <div className="connection">
      <Notice tone="warn" icon={state === "readOnly" ? "lock" : "offline"} live banner>{words}</Notice>
    </div>
  );
}
