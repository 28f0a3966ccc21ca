/** Keys of the staff's pages. They never act while somebody types, and never take a key of the browser or of a screen reader. */
import { useEffect, useRef } from "react";

/** `"/"`, `"?"`, `"j"`; `"mod+k"` is Ctrl or ⌘; `"g b"` one after the other; `"*"` gets what no other took, and says whether it used it. */
export type KeyMap = Readonly<Record<string, (key: string) => unknown>>;

/** The second key of a pair is waited for this long. */
const PAIR_MS = 1_200;

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

export function useKeys(map: KeyMap): void {
  const latest = useRef(map);
  useEffect(() => { latest.current = map; });
  useEffect(() => {
    let first = "";
    let firstAt = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || event.isComposing) return;
      const mod = event.ctrlKey || event.metaKey;
      if (typing(event.target) && !mod) {
        if (event.key === "Escape") (event.target as HTMLElement).blur();
        return;
      }
      const name = mod ? `mod+${event.key.toLowerCase()}` : event.key;
      const pair = first && event.timeStamp - firstAt < PAIR_MS ? `${first} ${name}` : "";
      first = "";
      const act = latest.current[pair] ?? latest.current[name];
      if (act) {
        event.preventDefault();
        act(name);
      } else if (!mod && Object.keys(latest.current).some((keys) => keys.startsWith(`${name} `))) {
        first = name;
        firstAt = event.timeStamp;
      } else if (!mod && name.length === 1 && latest.current["*"]?.(name) === true) {
        // A key that brought somebody into a field must not be written into it.
        event.preventDefault();
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}

/** Moves focus to the next or previous row link of the page. */
export function focusRow(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("main .row-link")];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

/** Presses the button that shows this key (`data-key`), as a decision of a triage does; false when there is none. */
export function pressKeyed(key: string): boolean {
  const button = /^[a-z0-9]$/i.test(key) ? document.querySelector<HTMLElement>(`main [data-key="${key}"]`) : null;
  button?.click();
  return button !== null;
}
