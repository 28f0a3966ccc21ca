/** One of a few views of a list, as links: each has its own address, and Back works. */
import { Link } from "react-router";

export interface Choice { readonly value: string; readonly label: string; readonly count?: number }

/** The address of the same page with some of its parameters changed; null takes one away. */
export function withParams(search: URLSearchParams, changes: Readonly<Record<string, string | null>>): string {
  const next = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") next.delete(name);
    else next.set(name, value);
  }
  return `?${next}`;
}

/** `resets`: parameters that belong to the view that is left, such as the place in its pages. `at`: the list's own address, where this page shows one of its rows. */
export function Choices({ label, name, chosen, choices, search, resets = ["after", "before"], at = "" }: {
  label: string; name: string; chosen: string; choices: readonly Choice[]; search: URLSearchParams; resets?: readonly string[]; at?: string;
}) {
  const gone = Object.fromEntries([...resets, "did", "as"].map((param) => [param, null]));
  return (
    <nav className="choices-row" aria-label={label}>
      {choices.map(({ value, label: word, count }, i) => (
        <Link key={value} to={at + withParams(search, { ...gone, [name]: i === 0 ? null : value })} aria-current={value === chosen ? "true" : undefined} preventScrollReset>
          {word}{count === undefined ? null : <span className="num soft"> {count}</span>}
        </Link>
      ))}
    </nav>
  );
}
