/** A small set of line icons on a 20-unit square, drawn for this product. An icon never stands for a word alone. */

const PATHS = {
  home: "M3.5 9 10 3.5 16.5 9v6.5a1 1 0 0 1-1 1h-3.75V12h-3.5v4.5H4.5a1 1 0 0 1-1-1Z",
  bill: "M5 2.75h10v14.5l-2.5-1.5-2.5 1.5-2.5-1.5L5 17.25ZM8 6.5h4M8 9.5h4",
  usage: "M3 17h14M5 17v-5M8.33 17V8M11.67 17v-7M15 17V4",
  request: "M3.5 4.5h13v9H9l-3.5 3v-3h-2ZM7 8h6M7 10.5h3.5",
  pay: "M2.75 5h14.5v10H2.75ZM2.75 8.25h14.5M5.5 12h3",
  person: "M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM4 17c0-3 2.5-5 6-5s6 2 6 5",
  people: "M7.5 9.5a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5ZM2.5 16.5c0-2.75 2-4.5 5-4.5s5 1.75 5 4.5M13 4.25a2.75 2.75 0 0 1 0 5M14.5 12.25c1.9.5 3 2 3 4.25",
  search: "M9 15a6 6 0 1 0 0-12 6 6 0 0 0 0 12ZM13.5 13.5 17 17",
  help: "M10 17.25a7.25 7.25 0 1 0 0-14.5 7.25 7.25 0 0 0 0 14.5ZM7.9 8a2.1 2.1 0 1 1 3.2 1.8c-.7.45-1.1.9-1.1 1.7M10 13.9v.1",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  close: "M5 5l10 10M15 5 5 15",
  right: "M8 5l5 5-5 5",
  left: "M12 5l-5 5 5 5",
  down: "M5 8l5 5 5-5",
  up: "M5 12l5-5 5 5",
  check: "M4 10.5 8 14.5 16 5.5",
  plus: "M10 4v12M4 10h12",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  info: "M10 17.25a7.25 7.25 0 1 0 0-14.5 7.25 7.25 0 0 0 0 14.5ZM10 9v4.5M10 6.4v.1",
  good: "M10 17.25a7.25 7.25 0 1 0 0-14.5 7.25 7.25 0 0 0 0 14.5ZM6.75 10.25 9 12.5l4.25-4.75",
  warn: "M10 3 17.75 16.5H2.25ZM10 8v4M10 14.1v.1",
  bad: "M7 2.75h6L17.25 7v6L13 17.25H7L2.75 13V7ZM10 6.25v4.5M10 13.4v.1",
  download: "M10 3v9.5M6 9l4 4 4-4M3.5 16.5h13",
  print: "M6 7V3h8v4M6 14H3V7.5h14V14h-3M6 11.5h8V17H6Z",
  water: "M10 2.75c2.75 3.5 4.75 6 4.75 8.75a4.75 4.75 0 0 1-9.5 0C5.25 8.75 7.25 6.25 10 2.75Z",
  sewer: "M2.5 7c1.9-1.75 3.1-1.75 5 0s3.1 1.75 5 0 3.1-1.75 5 0M2.5 13c1.9-1.75 3.1-1.75 5 0s3.1 1.75 5 0 3.1-1.75 5 0",
  electric: "M11 2.5 4.5 11.25h5L9 17.5l6.5-8.75h-5Z",
  gas: "M10 2.5c.5 3 4.75 4.75 4.75 9a4.75 4.75 0 0 1-9.5 0c0-1.75.9-3 2-4 .25 1.25.75 2 1.5 2.25C8.5 7 9 4.5 10 2.5Z",
  board: "M3 3h6v8H3ZM11 3h6v4h-6ZM11 9h6v8h-6ZM3 13h6v4H3Z",
  flag: "M5 17.5V3h10l-2 3.5 2 3.5H5",
  cycle: "M15.9 7.5A6.5 6.5 0 0 0 4.2 6.9M4 3.5v3.75h3.75M4.1 12.5a6.5 6.5 0 0 0 11.7.6M16 16.5v-3.75h-3.75",
  rates: "M3 16.5V13h4.5V9H12V5h5",
  log: "M4.5 5h.01M4.5 10h.01M4.5 15h.01M8 5h8.5M8 10h8.5M8 15h8.5",
  truck: "M2 5h9.5v9H2ZM11.5 8h3.25L18 11v3h-6.5M5.5 16a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3ZM14.5 16a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3Z",
  meter: "M10 17.25a7.25 7.25 0 1 0 0-14.5 7.25 7.25 0 0 0 0 14.5ZM10 11l3-4M6 13.5h8",
  place: "M10 17.5c3.5-4 5.25-6.75 5.25-9.25a5.25 5.25 0 0 0-10.5 0c0 2.5 1.75 5.25 5.25 9.25ZM10 10a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5Z",
  clock: "M10 17.25a7.25 7.25 0 1 0 0-14.5 7.25 7.25 0 0 0 0 14.5ZM10 6v4.25l2.75 1.75",
  bell: "M5 14V9a5 5 0 0 1 10 0v5l1.5 1h-13ZM8.25 17h3.5",
  lock: "M4.5 9h11v8h-11ZM7 9V6.5a3 3 0 0 1 6 0V9",
  mail: "M2.75 4.5h14.5v11H2.75ZM3 5l7 6 7-6",
  phone: "M4 3h3l1.5 4L6.75 8.5a9 9 0 0 0 4.75 4.75L13 11.5l4 1.5v3c0 .6-.4 1-1 1C9 17 3 11 3 4c0-.6.4-1 1-1Z",
  globe: "M10 17.25a7.25 7.25 0 1 0 0-14.5 7.25 7.25 0 0 0 0 14.5ZM2.75 10h14.5M10 2.75c4 4.25 4 10.25 0 14.5-4-4.25-4-10.25 0-14.5Z",
  exit: "M8 3H4v14h4M12.5 6.5 16 10l-3.5 3.5M16 10H7.5",
  settings: "M3 6h7M14 6h3M12 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM3 14h3M10 14h7M8 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  offline: "M2.5 8a11 11 0 0 1 15 0M5.25 11a7 7 0 0 1 9.5 0M8 14a3 3 0 0 1 4 0M3 17 17 3",
  document: "M5 2.75h6.5L15 6.25v11H5ZM11.5 2.75v3.5H15",
  pending: "M6 3h8M6 17h8M6.5 3c0 4.5 7 4 7 7s-7 2.5-7 7M13.5 3c0 4.5-7 4-7 7s7 2.5 7 7",
} as const;

export type IconName = keyof typeof PATHS;
export const ICON_NAMES = Object.keys(PATHS) as IconName[];

/** Decoration beside words; give `label` only where there is no text at all. */
export function Icon({ name, label, className = "" }: { name: IconName; label?: string; className?: string }) {
  return (
    <svg
      className={`icon ${className}`.trim()} viewBox="0 0 20 20" width="20" height="20" fill="none" stroke="currentColor"
      strokeWidth={name === "more" ? 2.5 : 1.5} strokeLinecap="round" strokeLinejoin="round"
      role={label ? "img" : undefined} aria-label={label} aria-hidden={label ? undefined : true} focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The product's mark: a register's rising count on a dial. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
      <rect width="24" height="24" rx="6" className="mark-ground" />
      <path d="M5 17.5h3.5V13H12V8.5h3.5V5H19" className="mark-line" />
      <circle cx="19" cy="17.5" r="1.75" className="mark-dot" />
    </svg>
  );
}
