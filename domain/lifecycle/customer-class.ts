/** Classes of customers: they choose rates, and thresholds of validation. */
export const CUSTOMER_CLASSES = ["residential", "commercial", "industrial", "municipal"] as const;
export type CustomerClass = (typeof CUSTOMER_CLASSES)[number];
