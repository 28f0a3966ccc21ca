import type { ComponentProps, ReactNode } from "react";
import { Link, type LinkProps } from "react-router";
import { Icon, type IconName } from "./icons.tsx";

/** `primary`: the one thing this page is for. `secondary`: beside it. `quiet`: everything else. `danger`: cannot be undone. */
export type ButtonKind = "primary" | "secondary" | "quiet" | "danger";

interface Looks {
  kind?: ButtonKind;
  icon?: IconName;
  /** As wide as what it stands in (phone). */
  wide?: boolean;
  /** The key that presses it, shown in it (staff). */
  keyHint?: string;
  children: ReactNode;
}

function inside(icon: IconName | undefined, children: ReactNode, keyHint?: string) {
  return <>{icon ? <Icon name={icon} /> : null}<span>{children}</span>{keyHint ? <kbd aria-hidden="true">{keyHint}</kbd> : null}</>;
}

/** A native button; `submit` unless told otherwise, because in this product a button sends a form. */
export function Button({ kind = "secondary", icon, wide, keyHint, children, className = "", type = "submit", ...rest }: Looks & ComponentProps<"button">) {
  return (
    <button type={type} className={`button ${className}`.trim()} data-kind={kind} data-wide={wide || undefined} data-key={keyHint} aria-keyshortcuts={keyHint} {...rest}>
      {inside(icon, children, keyHint)}
    </button>
  );
}

/** A link that looks like a button: it goes somewhere and changes nothing. `document` leaves the router (a PDF). */
export function ButtonLink({ kind = "secondary", icon, wide, keyHint, children, className = "", ...rest }: Looks & LinkProps) {
  return (
    <Link className={`button ${className}`.trim()} data-kind={kind} data-wide={wide || undefined} data-key={keyHint} aria-keyshortcuts={keyHint} {...rest}>
      {inside(icon, children, keyHint)}
    </Link>
  );
}
