/** What is known of a service beside its meter, as determinants of its bill. */
import { addDays, type Period } from "../calendar/local-date.ts";
import { factsOn, type ServiceFact } from "../lifecycle/service-fact.ts";
import { quantityText } from "../metering/index.ts";
import { WINTER_AVERAGE, type Determinants } from "../rating/index.ts";

type FactDeterminants = Pick<Determinants, "quantities" | "counts" | "attributes" | "exemptions" | "programs" | "notes">;

/** A bill rests on the facts of its last day; a program that ends inside it is the engine's to judge. */
export function factDeterminants(facts: readonly ServiceFact[], agreementId: string, period: Period): Partial<FactDeterminants> {
  const known = factsOn(facts, agreementId, addDays(period.to, -1));
  if (known.length === 0) return {};
  const of = (kind: ServiceFact["kind"]): ServiceFact[] => known.filter((fact) => fact.kind === kind);
  const named = <T>(list: readonly ServiceFact[], value: (fact: ServiceFact) => T): Record<string, T> => Object.fromEntries(list.map((fact) => [fact.name, value(fact)]));
  const [average] = of("winter-average");
  return {
    quantities: average ? { [WINTER_AVERAGE]: { [average.unit!]: average.milli! } } : {},
    counts: named(of("count"), ({ milli }) => milli!),
    attributes: named(of("attribute"), ({ text }) => text!),
    exemptions: named(of("exemption"), ({ milli }) => milli! / 1000),
    programs: of("program").map(({ name, from, to }) => ({ program: name, from, ...(to === null ? {} : { to }) })),
    notes: average ? { [WINTER_AVERAGE]: averageNote(average) } : {},
  };
}

function averageNote({ basis, unit }: ServiceFact): { en: string; es: string } {
  if (basis === null) return { en: "It was set for you by our staff.", es: "Nuestro personal lo fijó para usted." };
  const used = quantityText(basis.milli, unit!);
  return { en: `It is what you used from ${basis.from} to ${basis.to}: ${used} in ${basis.days} days.`, es: `Es lo que usted usó del ${basis.from} al ${basis.to}: ${used} en ${basis.days} días.` };
}
