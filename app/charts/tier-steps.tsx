/** A tiered price as steps: how far each step reaches, what it costs, and how much of it was used. */
import { formatDollars, type Cents } from "../../domain/money/cents.ts";
import { formatQuantity, type Milli, type Unit } from "../format/quantities.ts";
import { Table } from "../components/table.tsx";
import { usePlace, useT } from "../i18n/context.tsx";
import { ChartFigure, type ChartWords } from "./figure.tsx";
import { percent } from "./scale.ts";

export interface TierStep {
  /** Where the step begins and ends, in thousandths of the unit; the last has no end. */
  from: Milli;
  to: Milli | null;
  /** Height of the step: any whole number that is proportional to the price. */
  price: number;
  /** As said to a customer: "$2.41". */
  priceText: string;
  /** How much of this step was used, and what it came to. */
  used?: Milli;
  charge?: Cents;
}

export interface TierStepsProps extends ChartWords {
  unit: Unit;
  steps: readonly TierStep[];
  /** What the price is for: "1,000 gallons", "kWh". */
  per: string;
}

/** How far an open step is drawn beyond its beginning, as a share of it, when nothing was used of it. */
const OPEN_SHARE = 0.35;
/** A price stands on its step only where the step is at least this share of the width. */
const LABEL_SHARE = 0.12;

export function TierSteps({ unit, steps, per, ...words }: TierStepsProps) {
  const { locale } = usePlace();
  const t = useT();
  const last = steps.at(-1)!;
  const used = steps.reduce((sum, step) => sum + (step.used ?? 0), 0);
  const end = last.to ?? Math.max(used * 1.08, last.from * (1 + OPEN_SHARE), 1);
  const top = Math.max(...steps.map((step) => step.price)) * 1.25;
  const name = (step: TierStep) =>
    step.from === 0 && step.to === null ? t("chart.allUnits")
    : step.from === 0 ? t("chart.firstUnits", { to: formatQuantity(locale, step.to!, unit) })
    : step.to === null ? t("chart.restUnits", { from: formatQuantity(locale, step.from, unit) })
    : t("chart.nextUnits", { from: formatQuantity(locale, step.from, unit, { form: "bare" }), to: formatQuantity(locale, step.to, unit) });
  const price = (step: TierStep) => t("chart.pricePer", { price: step.priceText, unit: per });
  const hasUsed = steps.some((step) => step.used !== undefined);
  return (
    <ChartFigure {...words}
      description={steps.map((step) => `${name(step)}: ${price(step)}.${step.used ? ` ${t("chart.used")}: ${formatQuantity(locale, step.used, unit)}.` : ""}`).join(" ")}>
      {(ids) => (
        <>
          <svg className="steps" role="img" {...ids}>
            {steps.map((step) => {
              const stop = step.to ?? end;
              const height = step.price / top;
              const box = { y: percent(1 - height), height: percent(height) };
              const width = (stop - step.from) / end;
              return (
                <g key={step.from}>
                  <rect className="step" x={percent(step.from / end)} width={percent(width)} {...box} />
                  {step.used ? <rect className="step-used" x={percent(step.from / end)} width={percent(step.used / end)} {...box} /> : null}
                  <line className="step-top" x1={percent(step.from / end)} x2={percent(stop / end)} y1={box.y} y2={box.y} />
                  {width >= LABEL_SHARE ? <text x={percent(step.from / end)} dx="0.25em" y={box.y} dy="-0.45em">{step.priceText}</text> : null}
                </g>
              );
            })}
          </svg>
          <Table caption={words.title} rows={steps} rowKey={(step) => String(step.from)} columns={[
            { key: "step", head: t("chart.step"), main: true, cell: name },
            { key: "price", head: t("chart.price"), numeric: true, cell: price },
            ...(hasUsed ? [
              { key: "used", head: t("chart.used"), numeric: true, cell: (step: TierStep) => formatQuantity(locale, step.used ?? 0, unit) },
              { key: "charge", head: t("chart.charge"), numeric: true, cell: (step: TierStep) => formatDollars(step.charge ?? 0) },
            ] : []),
          ]} />
        </>
      )}
    </ChartFigure>
  );
}
