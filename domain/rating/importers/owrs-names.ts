/** Names of an OWRS file as ours: names of charges, determinants and properties of a customer. */

const OURS: Readonly<Record<string, string>> = { number_dwelling_units: "dwellingUnits", number_of_dwelling_units: "dwellingUnits", dwelling_units: "dwellingUnits" };
const NAME_MAX = 40;

/** `et_amount` is `etAmount`. */
export function camelCase(name: string): string {
  const known = OURS[name.toLowerCase()];
  if (known !== undefined) return known;
  const words = name.split(/[^A-Za-z0-9]+/).filter(Boolean);
  const joined = words.map((word, i) => (i === 0 ? word.charAt(0).toLowerCase() : word.charAt(0).toUpperCase()) + word.slice(1)).join("");
  const name_ = /^[a-zA-Z]/.test(joined) ? joined : `x${joined}`;
  return (name_ === "usage" || name_ === "days" ? `${name_}Given` : name_).slice(0, NAME_MAX);
}

/** `commodity_charge` is `commodity-charge`. */
export function kebabCase(name: string): string {
  const id = name.toLowerCase().split(/[^a-z0-9]+/).filter(Boolean).join("-").slice(0, NAME_MAX - 4);
  return /^[a-z]/.test(id) ? id : `charge-${id}`;
}

const SAID: Readonly<Record<string, { readonly en: string; readonly es: string }>> = {
  service_charge: { en: "Service charge", es: "Cargo por servicio" },
  commodity_charge: { en: "Water use", es: "Consumo de agua" },
  elevation_charge: { en: "Elevation charge", es: "Cargo por elevación" },
  pumping_charge: { en: "Pumping charge", es: "Cargo por bombeo" },
  sewer_charge: { en: "Sewer", es: "Alcantarillado" },
  fixed_drought_surcharge: { en: "Drought surcharge", es: "Recargo por sequía" },
  variable_drought_surcharge: { en: "Drought surcharge on use", es: "Recargo por sequía sobre el consumo" },
  fixed_wastewater_charge: { en: "Wastewater", es: "Aguas residuales" },
  variable_wastewater_charge: { en: "Wastewater by use", es: "Aguas residuales por consumo" },
  indoor: { en: "Indoor", es: "Interior" },
  outdoor: { en: "Outdoor", es: "Exterior" },
  budget: { en: "Water budget", es: "Presupuesto de agua" },
  bill: { en: "Surcharge", es: "Recargo" },
};

/** What a customer reads: names that are usual in both languages, others as the file has them. */
export function labelOf(name: string): { readonly en: string; readonly es?: string } {
  const known = SAID[name.toLowerCase()] ?? SAID[name.toLowerCase().replace(/_(commodity|drought)$/, "")];
  const words = name.replaceAll(/[_-]+/g, " ").trim();
  return known ?? { en: words.charAt(0).toUpperCase() + words.slice(1) };
}
