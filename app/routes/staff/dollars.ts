/** Cents as somebody would type them into a field: "84.20", without a sign and without commas. */
export function dollarsText(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
}
