/** Arrangements that pages are composed of. They hold space, and no meaning. */
import type { ReactNode } from "react";
import { Link } from "react-router";
import { Icon } from "./icons.tsx";

interface Children { children?: ReactNode; className?: string }

const classes = (...names: (string | undefined)[]) => names.filter(Boolean).join(" ");

/** One under the other. `gap` counts steps of the 4-pixel grid: 1 = 4 px … 8 = 32 px; the density's own by default. */
export function Stack({ gap, children, className }: Children & { gap?: 1 | 2 | 3 | 6 | 8 }) {
  return <div className={classes("stack", className)} data-gap={gap}>{children}</div>;
}

/** Side by side, wrapping when there is no room. */
export function Row({ align, justify, children, className }: Children & { align?: "start" | "baseline"; justify?: "between" | "end" }) {
  return <div className={classes("row", className)} data-align={align} data-justify={justify}>{children}</div>;
}

/** Equal columns, as many as fit: `figure` 7.5 rem, `small` 9 rem, default 18 rem, `large` 28 rem each. */
export function Grid({ min, children, className }: Children & { min?: "figure" | "small" | "large" }) {
  return <div className={classes("grid", className)} data-min={min}>{children}</div>;
}

/** Main column and a narrower one beside it; below it on a phone. */
export function Columns({ aside, children }: Children & { aside: ReactNode }) {
  return <div className="columns"><div><div className="stack">{children}</div><div className="stack">{aside}</div></div></div>;
}

/** A list at the left and what it is about at the right (staff). */
export function Split({ list, label, children }: Children & { list: ReactNode; label: string }) {
  return (
    <div className="split"><div>
      <section className="split-list" aria-label={label}>{list}</section>
      <div className="stack">{children}</div>
    </div></div>
  );
}

export interface PageProps extends Children {
  title: ReactNode;
  /** One or two plain sentences under the title. */
  intro?: ReactNode;
  /** The page above this one. */
  back?: { to: string; label: string };
  /** What can be done here; at most one primary button. */
  actions?: ReactNode;
  /** One question or one letter: no wider than is good to read. */
  narrow?: boolean;
}

/** A page's head and body. Its title is the only h1. */
export function Page({ title, intro, back, actions, narrow, children }: PageProps) {
  return (
    <div className="page" data-narrow={narrow || undefined}>
      <header className="page-head">
        <div>
          {back ? <Link className="page-back" to={back.to}><Icon name="left" />{back.label}</Link> : null}
          <h1 tabIndex={-1}>{title}</h1>
          {intro ? <div className="page-intro">{intro}</div> : null}
        </div>
        {actions ? <div className="row">{actions}</div> : null}
      </header>
      {children}
    </div>
  );
}
