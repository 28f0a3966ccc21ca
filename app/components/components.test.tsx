import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { createMemoryRouter, RouterProvider } from "react-router";
import { describe, expect, test } from "vitest";
import type { Locale } from "../i18n/translate.ts";
import { Message, PlaceProvider } from "../i18n/context.tsx";
import { matching } from "./command-palette.tsx";
import { DateText, TimeText } from "./date-text.tsx";
import { CheckboxField, Fieldset, MoneyField, PasswordField, RadioField, TextField } from "./fields.tsx";
import { formState } from "./form-state.ts";
import { ActionButton, FormFrame } from "./form.tsx";
import { ConnectionState } from "./live.tsx";
import { Money } from "./money.tsx";
import { Table } from "./table.tsx";
import { Timeline } from "./timeline.tsx";

function html(node: ReactNode, locale: Locale = "en"): string {
  const router = createMemoryRouter([{ path: "*", element: node }]);
  return renderToStaticMarkup(<PlaceProvider locale={locale} zone="America/Chicago" today="2026-11-23"><RouterProvider router={router} /></PlaceProvider>);
}
const text = (markup: string) => markup.replace(/<[^>]+>/g, "");

describe("money and dates", () => {
  test("a customer never sees a minus sign, a ledger does", () => {
    expect(text(html(<Money cents={-1200} />))).toBe("Credit $12.00");
    expect(text(html(<Money cents={-1200} />, "es"))).toBe("Crédito $12.00");
    expect(text(html(<Money cents={-1200} ledger />))).toBe("−$12.00");
    expect(text(html(<Money cents={123456} size="display" />))).toBe("$1,234.56");
  });

  test("a due date reads as people say it and as machines read it", () => {
    const page = html(<Message k="money.due" values={{ date: <DateText date="2026-12-08" /> }} />);
    expect(text(page)).toBe("Due Tue, Dec 8");
    expect(page).toContain('dateTime="2026-12-08"');
  });

  test("what happened today shows its time, what happened before its day", () => {
    expect(text(html(<TimeText at={Date.UTC(2026, 10, 23, 15, 42)} />))).toBe("9:42 AM");
    expect(text(html(<TimeText at={Date.UTC(2026, 10, 23, 5, 30)} />))).toBe("Sun, Nov 22");
  });
});

describe("a form that comes back", () => {
  const sent = new FormData();
  for (const [name, value] of [["amount", "12.345"], ["where", "street"], ["password", "hunter2"], ["commandId", "old"]]) sent.append(name!, value!);
  const state = formState(sent, [{ field: "amount", message: "Write dollars and cents, like 12.34" }, { field: "", message: "Nothing was paid" }]);
  const page = html(
    <FormFrame state={state} commandId="new">
      <MoneyField name="amount" label="Amount" hint="What you pay now" />
      <RadioField name="where" label="Where?" options={[{ value: "home", label: "Home" }, { value: "street", label: "Street" }]} />
      <PasswordField name="password" label="Password" />
      <TextField name="note" label="Note" optional />
    </FormFrame>,
  );

  test("keeps what was typed, but no secret and not the command's old id", () => {
    expect(page).toContain('value="12.345"');
    expect(page).toMatch(/type="radio"[^>]*checked=""[^>]*value="street"|type="radio"[^>]*value="street"[^>]*checked=""/);
    expect(page).not.toContain("hunter2");
    expect(page).toContain('name="commandId" value="new"');
    expect(page).not.toContain("old");
  });

  test("says what is wrong at the top, linked to the field, and at the field", () => {
    expect(page).toContain("There are 2 problems");
    expect(page).toContain('<a href="#amount">Write dollars and cents, like 12.34</a>');
    expect(page).toContain("<li>Nothing was paid</li>");
    expect(page).toMatch(/id="amount"[^>]*aria-describedby="amount-hint amount-error"[^>]*aria-invalid="true"/);
    expect(page).toContain('autofocus=""');
  });

  test("marks what may be left out, in words", () => {
    expect(text(page)).toContain("Note (optional)");
  });
});

test("boxes that share a name have labels of their own, and what is wrong with all of them stands above them", () => {
  const page = html(
    <FormFrame state={formState(new FormData(), [{ field: "services", message: "Choose at least one service." }])}>
      <Fieldset legend="Services" name="services"><CheckboxField name="services" value="p1" label="Water" /><CheckboxField name="services" value="p2" label="Sewer" /></Fieldset>
    </FormFrame>,
  );
  expect([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)).toEqual(["services", "services-error", "services-p1", "services-p2"]);
  expect([...page.matchAll(/ for="([^"]+)"/g)].map(([, id]) => id)).toEqual(["services-p1", "services-p2"]);
  expect(page).toContain('<a href="#services">');
});

test("one decision is a form of its own, which works without a script", () => {
  const page = html(<ActionButton action="/staff/exceptions/7" fields={{ decision: "accept" }} commandId="c7" keyHint="a">Accept</ActionButton>);
  expect(page).toContain('action="/staff/exceptions/7" method="post"');
  expect(page).toContain('name="decision" value="accept"');
  expect(page).toContain('type="submit"');
});

describe("tables", () => {
  const rows = [{ id: "1", name: "Cycle 07", amount: 100 }];
  const columns = [
    { key: "name", head: "Cycle", main: true, cell: (row: (typeof rows)[0]) => row.name, foot: "Total" },
    { key: "amount", head: "Amount", numeric: true, cell: (row: (typeof rows)[0]) => <Money cents={row.amount} />, foot: "$1.00" },
  ];

  test("stay tables when they are laid out as cards", () => {
    const page = html(<Table caption="Runs" columns={columns} rows={rows} rowKey={(row) => row.id} rowTo={(row) => `/runs/${row.id}`} />);
    for (const role of ["table", "rowgroup", "row", "columnheader", "rowheader", "cell"]) expect(page).toContain(`role="${role}"`);
    expect(page).toContain('<a class="row-link" href="/runs/1"');
    expect(page).toContain("<caption");
  });

  test("say what will be here when there is nothing", () => {
    expect(html(<Table caption="Runs" columns={columns} rows={[]} rowKey={(row) => row.id} empty={<p>No runs yet</p>} />)).toBe("<p>No runs yet</p>");
  });
});

test("a timeline groups by the utility's days", () => {
  const page = text(html(<Timeline label="Events" items={[
    { id: "1", at: Date.UTC(2026, 10, 23, 15), icon: "pay", title: "Payment" },
    { id: "2", at: Date.UTC(2026, 10, 23, 5, 30), icon: "bill", title: "Bill" },
    { id: "3", at: Date.UTC(2026, 10, 2, 15), icon: "meter", title: "Read" },
  ]} />));
  expect(page).toMatch(/Today.*Payment.*Yesterday.*Bill.*Mon, Nov 2.*Read/);
});

test("the connection is spoken of only when it is not fine", () => {
  expect(html(<ConnectionState state="fine" />)).toBe("");
  expect(text(html(<ConnectionState state="readOnly" />))).toContain("Nothing is lost");
  expect(text(html(<ConnectionState state="offline" asOf={Date.UTC(2026, 10, 23, 15, 42)} />))).toContain("from 9:42 AM");
});

test("the palette finds commands by any of their words, those that begin with it first", () => {
  const commands = ["Open exceptions", "Exceptions", "Bill cycles"].map((label) => ({ label, to: label }));
  expect(matching(commands, "exc").map((command) => command.label)).toEqual(["Exceptions", "Open exceptions"]);
  expect(matching(commands, "cyc bil").map((command) => command.label)).toEqual(["Bill cycles"]);
  expect(matching(commands, "zzz")).toEqual([]);
});
