/** What customers ask for in the demonstration's year, and how far it came. */
import type { RequestKind } from "../../domain/lifecycle/request.ts";

export interface DemoRequest {
  /** The place in the town whose first customer asks. */
  readonly place: number;
  readonly daysAgo: number;
  readonly kind: RequestKind;
  readonly text: string;
  /** Days after it was opened, what it becomes, and what is noted. */
  readonly steps: readonly (readonly [after: number, to: "inProgress" | "waiting" | "closed", note: string])[];
}

export const REQUESTS: readonly DemoRequest[] = [
  { place: 13, daysAgo: 205, kind: "highBill", text: "Our water bill is three times as high as usual. We have not filled a pool or anything like it.", steps: [[1, "inProgress", "One interval on the meter looks wrong. Looking into it."], [3, "closed", "It was a false read from the meter's radio and has been taken out. Your bill was right."]] },
  { place: 0, daysAgo: 130, kind: "other", text: "Could I get my bill by e-mail instead of on paper?", steps: [[1, "closed", "Done, from your next bill on."]] },
  { place: 11, daysAgo: 165, kind: "moveOut", text: "We are moving out at the end of next week. Please read the meters on that day.", steps: [[1, "inProgress", "The read is ordered."], [8, "closed", "Final bill made."]] },
  { place: 5, daysAgo: 48, kind: "meterProblem", text: "The cover of the meter pit in our yard is broken.", steps: [[2, "inProgress", "Field crew informed."], [5, "closed", "The cover was replaced."]] },
  { place: 8, daysAgo: 9, kind: "payment", text: "I paid late because the letter went to the wrong house. Can the reminder be taken back?", steps: [[1, "inProgress", "Looking at the dates."], [2, "waiting", "Please tell us the address on the envelope."]] },
  { place: 2, daysAgo: 42, kind: "payment", text: "I keep missing the day. Can I pay ahead instead, as with my phone?", steps: [[1, "closed", "Set up: you pay ahead, and we tell you when less than $40 is left."]] },
  { place: 3, daysAgo: 7, kind: "highBill", text: "En agosto pedí la tarifa sin horarios, y mi última factura todavía los tiene.", steps: [[1, "inProgress", "Buscando su solicitud."], [2, "closed", "Tiene razón: la factura se hizo de nuevo con la tarifa que pidió."]] },
  { place: 3, daysAgo: 3, kind: "leak", text: "Recibí un aviso de que el agua corre todo el día. ¿Pueden ayudarme a encontrar la fuga?", steps: [[1, "inProgress", "Se programó una visita."]] },
  { place: 6, daysAgo: 1, kind: "highBill", text: "Why is there nothing on my usage chart for two days last week?", steps: [] },
];
