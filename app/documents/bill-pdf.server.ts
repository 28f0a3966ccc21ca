/** A bill on paper, made from what was frozen with it: the same bill gives the same file, years later. */
import { startOfDay, type TimeZone } from "../../domain/calendar/zone.ts";
import { formatDollars } from "../../domain/money/cents.ts";
import type { BillPage } from "../../worker/operations/billing.ts";
import type { BillTemplate, PaperFacts } from "../../worker/operations/bill-documents.ts";
import { moneyText } from "../components/money.tsx";
import { formatDate, formatPeriod } from "../format/dates.ts";
import { formatQuantity, shownUnit, unitName } from "../format/quantities.ts";
import { t, type Locale } from "../i18n/translate.ts";
import { serviceWord } from "../routes/portal/words.ts";
import { billContent, type BillChart, type BillContent, type BudgetContent } from "./bill-content.server.ts";
import type { BillGroup } from "./bill-lines.ts";
import { COLORS, CONTENT_WIDTH, PAGE, Paper, type Element } from "./paper.server.ts";

/** Grows with every change of what the paper shows; files made before keep theirs. */
const BILL_TEMPLATE = "bill-4";

/** The template in a language. */
export function billTemplate(locale: Locale, zone: TimeZone): BillTemplate {
  return { template: `${BILL_TEMPLATE}-${locale}`, render: (page, facts) => renderBill(page, facts, locale, zone) };
}

const RIGHT = PAGE.width - PAGE.margin;
const AMOUNT_WIDTH = 100;
const GAP = 14;

export async function renderBill(page: BillPage, facts: PaperFacts, locale: Locale, zone: TimeZone): Promise<Uint8Array> {
  const { bill } = page;
  const content = billContent(page, locale, zone);
  const paper = new Paper({
    title: t(locale, "paper.title", { number: bill.number, utility: facts.utility.name }), author: facts.utility.name,
    lang: locale === "es" ? "es-US" : "en-US", createdAt: new Date(startOfDay(bill.issuedOn, zone)),
  });
  // One page to pay by, and then every charge with its arithmetic.
  head(paper, page, content, facts, locale);
  changes(paper, content, locale);
  summary(paper, content, page, locale);
  charts(paper, content.charts, locale);
  slip(paper, page, facts, locale);
  paper.newPage();
  charges(paper, content.groups, page, locale);
  return paper.finish((number, count) => [facts.utility.name, facts.utility.phone ? t(locale, "page.call", { phone: facts.utility.phone }) : "", t(locale, "paper.page", { page: number, pages: count })].filter(Boolean).join("   ·   "));
}

/** Who bills whom, and the one thing that everybody looks for. */
function head(paper: Paper, { bill, name, mailing, accountId }: BillPage, { due, budget }: BillContent, { utility, service }: PaperFacts, locale: Locale): void {
  const { root } = paper;
  const asked = budget?.due ?? bill.balance;
  const boxWidth = 200;
  const box = { x: RIGHT - boxWidth, y: PAGE.margin, width: boxWidth, height: 92 + due.length * 13 };
  const left = CONTENT_WIDTH - boxWidth - 24;
  paper.text(root, "H1", t(locale, "paper.bill"), { size: 20, bold: true, width: left });
  paper.y += 30;
  paper.y += paper.text(root, "P", utility.name, { bold: true, width: left }) + 1;
  for (const line of utility.addressLines) paper.y += paper.text(root, "P", line, { color: COLORS.soft, width: left });

  paper.draw((doc) => doc.roundedRect(box.x, box.y, box.width, box.height, 6).fill(COLORS.tint));
  const inBox = { x: box.x + 16, width: box.width - 32 };
  paper.text(root, "P", asked >= 0 ? t(locale, "bill.totalDue") : t(locale, budget ? "budget.aheadNow" : "bill.totalCredit"), { ...inBox, y: box.y + 14, color: COLORS.soft });
  paper.text(root, "P", formatDollars(Math.abs(asked)), { ...inBox, y: box.y + 29, size: 24, bold: true });
  paper.text(root, "P", asked < 0 ? t(locale, "bill.creditKept") : t(locale, "money.due", { date: formatDate(locale, bill.dueOn, "weekday") }), { ...inBox, y: box.y + 64, size: asked < 0 ? 8 : 9.5 });
  due.forEach(({ what, cents, pastDue }, i) => {
    const y = box.y + 82 + i * 13;
    paper.text(root, "P", what, { ...inBox, y, size: 8, bold: pastDue });
    paper.text(root, "P", formatDollars(cents), { ...inBox, y, size: 8, bold: pastDue, align: "right" });
  });

  paper.y = Math.max(paper.y, box.y + box.height) + 22;
  const top = paper.y;
  for (const line of [name, ...mailing]) paper.y += paper.text(root, "P", line, { size: 10.5, width: left });
  const facts: [string, string][] = [
    [t(locale, "account.label"), accountId],
    [t(locale, "bill.number"), bill.number],
    [t(locale, "bill.issued"), formatDate(locale, bill.issuedOn, "day")],
    [t(locale, "bill.servicePeriod"), formatPeriod(locale, { from: bill.periodFrom, to: bill.periodTo })],
    ...(service ? [[t(locale, "account.service"), service] as [string, string]] : []),
  ];
  const table = paper.element(root, "Table");
  let y = top;
  for (const [term, value] of facts) {
    const row = paper.element(table, "TR");
    paper.text(row, "TH", term, { x: box.x - 40, y, width: 100, size: 8.5, color: COLORS.soft }, { scope: "Row" });
    y += paper.text(row, "TD", value, { x: box.x + 62, y, width: RIGHT - box.x - 62, size: 8.5 }) + 1;
    row.end();
  }
  table.end();
  paper.y = Math.max(paper.y, y) + GAP;
}

function heading(paper: Paper, text: string, keep: number): void {
  paper.need(keep);
  paper.y += paper.text(paper.root, "H2", text, { size: 12, bold: true }) + 5;
}

function changes(paper: Paper, { changes: sentences, messages }: BillContent, locale: Locale): void {
  const groups: [string, readonly string[]][] = [[t(locale, "bill.changes"), sentences], [t(locale, "bill.message"), messages]];
  for (const [title, lines] of groups) {
    if (lines.length === 0) continue;
    heading(paper, title, 50);
    paper.y += paper.text(paper.root, "P", lines.join(" "), {}) + GAP;
  }
}

/** Every charge with its arithmetic under it. */
function charges(paper: Paper, groups: readonly BillGroup[], { bill }: BillPage, locale: Locale): void {
  heading(paper, t(locale, "bill.charges"), 110);
  const table = paper.element(paper.root, "Table");
  const width = CONTENT_WIDTH - AMOUNT_WIDTH;
  headRow(paper, table, [t(locale, "paper.service"), t(locale, "paper.amount")]);
  for (const group of groups) {
    paper.need(60);
    const { title, period, cents } = group;
    paper.draw((doc) => doc.rect(PAGE.margin, paper.y - 3, CONTENT_WIDTH, 18).fill(COLORS.tint));
    tableRow(paper, table, `${title}, ${formatPeriod(locale, period)}${group.estimated ? ` · ${t(locale, "bill.estimated")}` : ""}`, formatDollars(cents), { bold: true, inset: 6 });
    paper.y += 4;
    for (const line of group.lines) {
      const how = line.how.join("\n");
      paper.need(18 + paper.height(how, { size: 8, width: width - 12 }));
      const row = paper.element(table, "TR");
      const cell = paper.element(row, "TD");
      const top = paper.y;
      paper.y += paper.text(cell, "P", line.what, { x: PAGE.margin + 6, width });
      if (how) paper.y += paper.text(cell, "P", how, { x: PAGE.margin + 6, width: width - 12, size: 8, color: COLORS.soft });
      cell.end();
      paper.text(row, "TD", line.cents === null ? "" : moneyText(locale, line.cents), { x: RIGHT - AMOUNT_WIDTH - 6, y: top, width: AMOUNT_WIDTH, align: "right" });
      row.end();
      paper.y += 4;
    }
  }
  paper.rule(paper.y, COLORS.soft);
  paper.y += 5;
  tableRow(paper, table, t(locale, "bill.newCharges"), formatDollars(bill.charges), { bold: true, inset: 6 });
  table.end();
  paper.y += GAP;
}

/** From the bill before to what is to be paid now. */
function summary(paper: Paper, content: BillContent, { bill }: BillPage, locale: Locale): void {
  heading(paper, t(locale, "bill.summary"), 40 + content.summary.length * 16);
  const table = paper.element(paper.root, "Table");
  headRow(paper, table, [t(locale, "paper.service"), t(locale, "paper.amount")]);
  for (const { what, cents } of content.summary) tableRow(paper, table, what, moneyText(locale, cents), { inset: 6 });
  paper.rule(paper.y, COLORS.soft);
  paper.y += 5;
  const total = content.budget ? "budget.payoff" : bill.balance < 0 ? "bill.totalCredit" : "bill.totalDue";
  tableRow(paper, table, t(locale, total), content.budget ? moneyText(locale, bill.balance) : formatDollars(Math.abs(bill.balance)), { bold: true, inset: 6 });
  if (content.budget) budgetRows(paper, table, content.budget, locale);
  table.end();
  if (content.budget) paper.y += paper.text(paper.root, "P", content.budget.note, { x: PAGE.margin + 6, size: 8, color: COLORS.soft });
  paper.y += GAP;
}

/** From what is owed to what is due under budget billing. */
function budgetRows(paper: Paper, table: Element, { carried, parts }: BudgetContent, locale: Locale): void {
  tableRow(paper, table, carried.what, moneyText(locale, carried.cents), { inset: 6 });
  parts.forEach(({ what, cents }, i) => tableRow(paper, table, what, moneyText(locale, cents), { inset: 6, bold: i === parts.length - 1 }));
}

function headRow(paper: Paper, table: Element, [what, amount]: [string, string]): void {
  const row = paper.element(table, "TR");
  const style = { size: 8, color: COLORS.soft };
  paper.text(row, "TH", what, { ...style, x: PAGE.margin + 6, width: 200 }, { scope: "Column" });
  const height = paper.text(row, "TH", amount, { ...style, x: RIGHT - AMOUNT_WIDTH - 6, width: AMOUNT_WIDTH, align: "right" }, { scope: "Column" });
  row.end();
  paper.y += height + 4;
}

function tableRow(paper: Paper, table: Element, what: string, amount: string, { bold = false, inset = 0 }): void {
  const row = paper.element(table, "TR");
  const height = paper.text(row, "TH", what, { bold, x: PAGE.margin + inset, width: CONTENT_WIDTH - AMOUNT_WIDTH - 2 * inset }, { scope: "Row" });
  paper.text(row, "TD", amount, { bold, x: RIGHT - AMOUNT_WIDTH - inset, width: AMOUNT_WIDTH, align: "right" });
  row.end();
  paper.y += height + 3;
}

const CHART_HEIGHT = 84;

/** Thirteen months of each meter, two pictures beside each other. */
function charts(paper: Paper, all: readonly BillChart[], locale: Locale): void {
  const width = (CONTENT_WIDTH - 24) / 2;
  for (let i = 0; i < all.length; i += 2) {
    paper.need(CHART_HEIGHT + 40);
    const top = paper.y;
    all.slice(i, i + 2).forEach((chart, column) => chartAt(paper, chart, { x: PAGE.margin + column * (width + 24), y: top, width }, locale));
    paper.y = top + CHART_HEIGHT + 40;
  }
}

function chartAt(paper: Paper, { commodity, unit, bars }: BillChart, { x, y, width }: { x: number; y: number; width: number }, locale: Locale): void {
  const service = serviceWord((key, ...params) => t(locale, key, ...params), commodity);
  const shown = shownUnit(unit).unit;
  const title = t(locale, "paper.chart", { service, unit: unitName(shown, locale, "words") });
  paper.text(paper.root, "H3", title, { x, y, width, size: 9, bold: true });
  const most = Math.max(1, ...bars.map(({ value, lastYear }) => Math.max(value ?? 0, lastYear ?? 0)));
  const base = y + 18 + CHART_HEIGHT;
  const slot = width / bars.length;
  const high = (value: number) => (value / most) * (CHART_HEIGHT - 12);
  const words = bars.map((bar) => `${bar.label}: ${formatQuantity(locale, bar.value ?? 0, unit)}${bar.quality === "estimated" ? ` (${t(locale, "usage.estimated").toLowerCase()})` : ""}`).join("; ");
  paper.figure(paper.root, `${title}. ${words}.`, [x, y + 16, x + width, base + 14], (doc, label) => {
    bars.forEach((bar, i) => {
      const at = x + i * slot;
      if (bar.lastYear != null) doc.rect(at + slot * 0.08, base - high(bar.lastYear), slot * 0.84, high(bar.lastYear)).fill(COLORS.ghost);
      doc.rect(at + slot * 0.25, base - high(bar.value ?? 0), slot * 0.5, high(bar.value ?? 0));
      if (bar.quality === "estimated") doc.lineWidth(0.75).dash(1.5, { space: 1 }).strokeColor(COLORS.bar).stroke().undash();
      else doc.fill(COLORS.bar);
      if (i % 3 === 0) label(bar.tick, { x: at - 6, y: base + 4, width: slot + 12, size: 7, align: "center" });
    });
    doc.moveTo(x, base).lineTo(x + width, base).lineWidth(0.75).strokeColor(COLORS.soft).stroke();
    const top = bars.find((bar) => (bar.value ?? 0) === Math.max(...bars.map(({ value }) => value ?? 0)));
    if (top) label(formatQuantity(locale, top.value ?? 0, unit, { form: "short" }), { x: x + bars.indexOf(top) * slot - 30, y: base - high(top.value ?? 0) - 11, width: slot + 60, size: 7, align: "center" });
  });
}

const SLIP_HEIGHT = 128;

/** The part that goes back with a check, at the foot of its page. */
function slip(paper: Paper, { bill, budget, accountId, name }: BillPage, { utility, portalUrl }: PaperFacts, locale: Locale): void {
  const top = PAGE.height - PAGE.foot - SLIP_HEIGHT + 4;
  // Its place is its own: all that counts is whether something stands there already.
  if (paper.y > top) paper.newPage();
  paper.y = top;
  paper.draw((doc) => doc.moveTo(PAGE.margin, top).lineTo(RIGHT, top).dash(3, { space: 3 }).lineWidth(0.75).strokeColor(COLORS.soft).stroke().undash());
  paper.y += 8;
  paper.text(paper.root, "H2", t(locale, "paper.slip"), { size: 9, bold: true });
  const column = CONTENT_WIDTH / 2;
  let y = paper.y + 18;
  const to = paper.y + 18;
  paper.text(paper.root, "P", t(locale, "paper.payTo"), { y, size: 8, color: COLORS.soft, width: column });
  y += 12;
  for (const line of [utility.name, ...utility.addressLines]) y += paper.text(paper.root, "P", line, { y, width: column });
  const table = paper.element(paper.root, "Table");
  let at = to;
  for (const [term, value, bold] of [
    [t(locale, "account.label"), `${accountId}, ${name}`, false],
    [t(locale, "bills.due"), formatDate(locale, bill.dueOn, "weekday"), false],
    [t(locale, "bill.totalDue"), formatDollars(Math.max(0, budget?.due ?? bill.balance)), true],
  ] as const) {
    const row = paper.element(table, "TR");
    paper.text(row, "TH", term, { x: PAGE.margin + column, y: at, width: 90, size: 8.5, color: COLORS.soft }, { scope: "Row" });
    at += paper.text(row, "TD", value, { x: PAGE.margin + column + 92, y: at, width: column - 92, bold, align: "right" }) + 3;
    row.end();
  }
  table.end();
  paper.text(paper.root, "P", t(locale, "paper.online", { url: portalUrl }), { y: PAGE.height - PAGE.foot - 18, size: 8, color: COLORS.soft });
}
