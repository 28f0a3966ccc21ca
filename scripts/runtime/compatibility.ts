/** Not later than what the installed workerd knows; wrangler.toml says the same for Cloudflare (a test compares). */
export const COMPATIBILITY_DATE = "2026-07-30";
export const COMPATIBILITY_FLAGS = ["nodejs_compat"];
