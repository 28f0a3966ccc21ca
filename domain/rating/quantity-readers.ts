/** One small function for each unit, so that reading a quantity is a read of a property with a known name. */
import { UNIT_NAMES, type Milli, type Unit } from "../metering/units.ts";

type Quantities = Readonly<Partial<Record<Unit, Milli>>>;
export type QuantityReader = (quantities: Quantities) => Milli | undefined;

/** The units that most bills are in; the others are read by name in a variable. */
const USUAL: Readonly<Partial<Record<Unit, QuantityReader>>> = {
  kWh: ({ kWh }) => kWh,
  kW: ({ kW }) => kW,
  gal: ({ gal }) => gal,
  kgal: ({ kgal }) => kgal,
  ccf: ({ ccf }) => ccf,
  ft3: ({ ft3 }) => ft3,
  mcf: ({ mcf }) => mcf,
  therm: ({ therm }) => therm,
};

export const QUANTITY_READERS = Object.fromEntries(UNIT_NAMES.map((unit) => [unit, USUAL[unit] ?? ((quantities: Quantities) => quantities[unit])])) as Readonly<Record<Unit, QuantityReader>>;
