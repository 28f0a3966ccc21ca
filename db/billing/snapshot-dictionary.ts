/**
 * What every bill's snapshot says again: its members' names and usual values, in the order of canonical JSON. Given to deflate
 * as a preset dictionary, it takes two thirds off a packed snapshot. Bills that were packed with it can only be read with it:
 * never change a text here, add another number.
 */
import { Buffer } from "node:buffer";

const FIRST = [
  `{"accountId":"","billId":"","charges":`, `,"closingReads":[{"channelId":`, `,"quality":"measured","readAt":1`, `,"value":`, `,"version":1}],"demand":{"`, `},"dueOn":"2026-`,
  `,"engine":1,"format":1,"issuedOn":"2026-`, `","messages":[{"code":"`, `","en":"`, `","es":"`, `}],"number":"`,
  `","name":"Basic service","nameEs":"Servicio básico","quantityMilli":1000,"unit":"`, `"kind":"demand","name":"Demand charge","nameEs":"Cargo por demanda",`,
  `"kind":"time-of-use","name":"Electricity use, on-peak","nameEs":"Consumo de electricidad, horas punta",`, `"unit":"kW"`,
  `"unit":"therm"`, `"rateName":"Gas, homes","rateNameEs":"Gas, viviendas"`, `"series":[{"hash":"`, `","slots":2976,"start":1`, `,"stepMinutes":15,"unit":"kWh"}],`,
  `"source":"registers","startRead":{"channelId":`, `"customerClass":"commercial"`, `"occasion":"first"`, `"estimated":true`, `"final":true,`,
  `"peak":{"at":1`, `"name":"Sewer service charge","nameEs":"Cargo por servicio de alcantarillado"`, `"name":"Sewer, by water used","nameEs":"Alcantarillado, según el agua usada"`,
  `"name":"Electricity use","nameEs":"Consumo de electricidad"`, `"name":"City utility tax","nameEs":"Impuesto municipal de servicios"`, `"kind":"percentage","name":"`,
  `"name":"Water service charge","nameEs":"Cargo por servicio de agua"`, `"name":"Water use","nameEs":"Consumo de agua"`, `"kind":"flat","name":"`, `"unit":"USD","version":1}`,
  `"segments":[{"agreementId":"`, `-water","commodity":"water","determinants":{"attributes":{"customerClass":"residential"},"dwellingUnits":1,"estimated":false,"meterSize":"5/8\\"","occasion":"regular","quantities":{"usage":{"ccf":`,
  `}}},"final":false,"lines":[{"cents":`, `,"chargeId":"`, `","glAccount":"4010","kind":"fixed","name":"`, `,"quantityMilli":1000,"unit":"period","version":1},{"cents":`,
  `,"chargeId":"`, `","glAccount":"4010","kind":"tiered","name":"`, `","nameEs":"Consumo de `, `","quantityMilli":`, `,"unit":"ccf","version":1}],"periodFrom":"2026-`, `-01","periodTo":"2026-`,
  `-01","premiseId":"`, `","rateName":"Water, homes","rateNameEs":"Agua, viviendas","rates":[{"documentHash":"`, `","effectiveOn":"2026-01-01","scheduleId":"water-residential","version":1}],"segmentId":"`,
  `","series":[],"servicePointId":"`, `","total":`, `,"usage":{"estimatedPerMille":0,"inputs":{"days":[{"channelId":`, `,"from":"2026-`, `","stamp":30,"to":"2026-`, `"}],"reads":[]},"legs":[{"badge":"`, `","channelId":`,
  `,"endRead":null,"from":1`, `,"meterId":"`, `","multiplier":"1","quantity":"usage","rolledOver":false,"source":"intervals","startRead":null,"to":1`, `,"usage":`,
  `}],"peak":null,"quantities":{"usage":`, `},"slots":{"edited":0,"estimated":0,"expected":720,"missing":0},"source":"intervals","unit":"ccf"}},{"agreementId":"`, `"zone":"America/Chicago"}`,
].join("");

/** By number. */
export const SNAPSHOT_DICTIONARIES: Readonly<Record<number, Buffer>> = { 1: Buffer.from(FIRST, "utf8") };
