import type { ReactNode } from "react";
import { Icon } from "./icons.tsx";

/** More, one tap away: the browser's own disclosure, so it works before any script and opens in print. */
export function Disclosure({ summary, open, name, children }: {
  summary: ReactNode; open?: boolean;
  /** Of several with one name, only one is open. */
  name?: string;
  children: ReactNode;
}) {
  return (
    <details className="disclosure" open={open} name={name}>
      <summary><Icon name="right" /><span>{summary}</span></summary>
      <div className="disclosure-body">{children}</div>
    </details>
  );
}

/** The "why" of a number, set beside it: a question that opens into its answer. */
export function Why({ question, children }: { question: ReactNode; children: ReactNode }) {
  return (
    <details className="why">
      <summary><Icon name="help" /><span>{question}</span></summary>
      <div className="why-body">{children}</div>
    </details>
  );
}
