/** Charges as a bill lists them: each line opens into the arithmetic behind it. */
import type { ReactNode } from "react";
import { Icon, type IconName } from "./icons.tsx";

export interface ExplainedLine {
  id: string;
  what: ReactNode;
  amount: ReactNode;
  /** The arithmetic: "6,000 gallons × $2.41 per 1,000 = $14.46". A line without it does not open. */
  how?: ReactNode;
}

export interface LineGroup { id: string; title?: ReactNode; icon?: IconName; amount?: ReactNode; lines: readonly ExplainedLine[] }

/** Stands in a flush card. */
export function ExplainedLines({ groups, total }: { groups: readonly LineGroup[]; total?: { label: ReactNode; amount: ReactNode } }) {
  return (
    <div className="lines">
      {groups.map((group) => (
        <section key={group.id}>
          {group.title ? <h3 className="lines-head">{group.icon ? <Icon name={group.icon} /> : <span />}<span>{group.title}</span><span>{group.amount}</span></h3> : null}
          {group.lines.map((line) => line.how ? (
            <details key={line.id} className="lines-more">
              <summary className="lines-line"><Icon name="right" /><span>{line.what}</span><span>{line.amount}</span></summary>
              <div className="lines-how">{line.how}</div>
            </details>
          ) : (
            <div key={line.id} className="lines-line"><span /><span>{line.what}</span><span>{line.amount}</span></div>
          ))}
        </section>
      ))}
      {total ? <div className="lines-total"><span /><span>{total.label}</span><span>{total.amount}</span></div> : null}
    </div>
  );
}
