import { useId, type ReactNode } from "react";
import { Link } from "react-router";
import { Icon } from "./icons.tsx";

export interface Column<Row> {
  key: string;
  head: ReactNode;
  cell: (row: Row) => ReactNode;
  /** Figures: aligned at the end, tabular. */
  numeric?: boolean;
  /** Names the row: its header for a screen reader, the title of its card on a phone, its link. */
  main?: boolean;
  /** Sentences: on a phone they stand under their label, over the whole width. */
  long?: boolean;
  /** May be left out where room is short. */
  extra?: boolean;
  /** Makes the head a link that sorts by this column; `sorted` says that it does now. */
  sortTo?: string;
  sorted?: "ascending" | "descending";
  /** In the foot of the table. */
  foot?: ReactNode;
}

export interface TableProps<Row> {
  /** What the table lists; always there for a screen reader. */
  caption: ReactNode;
  showCaption?: boolean;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Where a row leads; its main cell becomes the link and the whole row its target. */
  rowTo?: (row: Row) => string;
  /** A mark at the edge of a row, beside a word in one of its cells that says the same. */
  rowTone?: (row: Row) => "warn" | "bad" | undefined;
  /** The row that is open beside the list. */
  rowCurrent?: (row: Row) => boolean;
  /** In place of rows. */
  empty?: ReactNode;
  /** Where it is narrow: `cards` (default) puts a row's cells under each other; `keep` leaves two or three short columns as they are; `scroll` scrolls sideways. */
  narrow?: "cards" | "keep" | "scroll";
}

/**
 * A table of records. Roles are written out because a table that is laid out as cards would otherwise
 * stop being a table for assistive technology.
 */
export function Table<Row>({ caption, showCaption, columns, rows, rowKey, rowTo, rowTone, rowCurrent, empty, narrow = "cards" }: TableProps<Row>) {
  const id = useId();
  if (!rows.length && empty) return <>{empty}</>;
  const scroll = narrow === "scroll";
  const cards = narrow === "cards";
  const hasFoot = columns.some((column) => column.foot !== undefined);
  const look = (column: Column<Row>) => ({
    "data-num": column.numeric || undefined,
    "data-main": column.main || undefined,
    "data-long": column.long || undefined,
    "data-extra": column.extra || undefined,
  });
  return (
    <div className="table" data-narrow={narrow} {...(scroll ? { role: "region", tabIndex: 0, "aria-labelledby": id } : {})}>
      <table role="table">
        <caption id={id} className={showCaption ? "table-caption" : "unseen"}>{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th key={column.key} role="columnheader" scope="col" aria-sort={column.sorted} {...look(column)}>
                {column.sortTo ? <Link to={column.sortTo} preventScrollReset>{column.head}{column.sorted ? <Icon name={column.sorted === "ascending" ? "up" : "down"} /> : null}</Link> : column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={rowKey(row)} role="row" data-to={rowTo ? "" : undefined} data-tone={rowTone?.(row)} aria-current={rowCurrent?.(row) || undefined}>
              {columns.map((column) => {
                const inside = column.main && rowTo ? <Link className="row-link" to={rowTo(row)}>{column.cell(row)}</Link> : column.cell(row);
                return column.main ? (
                  <th key={column.key} role="rowheader" scope="row" {...look(column)}>{inside}</th>
                ) : (
                  <td key={column.key} role="cell" {...look(column)}>
                    {cards ? <span className="cell-label" aria-hidden="true">{column.head}</span> : null}
                    <span className="cell">{inside}</span>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
        {hasFoot ? (
          <tfoot role="rowgroup">
            <tr role="row">
              {columns.map((column, i) => i === 0
                ? <th key={column.key} role="rowheader" scope="row" {...look(column)}>{column.foot}</th>
                : <td key={column.key} role="cell" {...look(column)}>
                    {cards && column.foot !== undefined ? <span className="cell-label" aria-hidden="true">{column.head}</span> : null}
                    <span className="cell">{column.foot}</span>
                  </td>)}
            </tr>
          </tfoot>
        ) : null}
      </table>
    </div>
  );
}

/** Beside a table or a list: newer and older, as links that work without a script. */
export function Pagination({ newer, older, newerLabel, olderLabel, label, children }: {
  newer?: string; older?: string; newerLabel: string; olderLabel: string;
  /** Names the navigation for a screen reader. */
  label: string;
  /** "1–50 of 1,204". */
  children?: ReactNode;
}) {
  if (!newer && !older && !children) return null;
  return (
    <nav className="pagination" aria-label={label}>
      <span className="soft num">{children}</span>
      <span className="row">
        {newer ? <Link className="button" data-kind="secondary" to={newer} rel="prev">{newerLabel}</Link> : null}
        {older ? <Link className="button" data-kind="secondary" to={older} rel="next">{olderLabel}</Link> : null}
      </span>
    </nav>
  );
}
