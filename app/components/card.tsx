import { useId, type ReactNode } from "react";

export interface CardProps {
  title?: ReactNode;
  /** At the right of the title: a link or a quiet button. */
  action?: ReactNode;
  footer?: ReactNode;
  /** Heading level of the title. */
  level?: 2 | 3;
  /** `flush`: what is inside brings its own padding (a table, a list). */
  flush?: boolean;
  /** `hero`: the page's one answer, with more room. */
  hero?: boolean;
  children?: ReactNode;
  id?: string;
}

/** A surface with one subject. With a title it is a region that a screen reader can jump to. */
export function Card({ title, action, footer, level = 2, flush, hero, children, id }: CardProps) {
  const titleId = useId();
  const Heading = `h${level}` as const;
  return (
    <section className="card" id={id} data-flush={flush || undefined} data-hero={hero || undefined} aria-labelledby={title ? titleId : undefined}>
      {title ? (
        <header className="card-head">
          <Heading id={titleId}>{title}</Heading>
          {action ? <div className="card-action">{action}</div> : null}
        </header>
      ) : null}
      {children !== undefined ? <div className="card-body">{children}</div> : null}
      {footer ? <footer className="card-foot">{footer}</footer> : null}
    </section>
  );
}
