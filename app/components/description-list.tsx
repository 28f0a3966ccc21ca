import type { ReactNode } from "react";

export interface Fact {
  term: ReactNode;
  value: ReactNode;
  /** A "why" one tap away, or a link to change it. */
  more?: ReactNode;
}

/** Terms and values. `lines`: one under the other with the values aligned at the end (a summary of amounts). */
export function DescriptionList({ facts, lines, total }: { facts: readonly Fact[]; lines?: boolean; total?: Fact }) {
  const line = ({ term, value, more }: Fact, key: number | "total") => (
    <div key={key} data-total={key === "total" || undefined}>
      <dt>{term}</dt>
      <dd>{value}{more ? <div className="fact-more">{more}</div> : null}</dd>
    </div>
  );
  return (
    <dl className="facts" data-lines={lines || undefined}>
      {facts.map(line)}
      {total ? line(total, "total") : null}
    </dl>
  );
}
