/** Light, dark, or as the device says: chosen once, kept in a cookie, written on <html> so that the first paint is right. */
export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export const THEME_COOKIE = "theme";
const THEME_COOKIE_S = 365 * 24 * 3_600;

export const isTheme = (text: string | null | undefined): text is Theme => THEMES.includes(text as Theme);

export function themeCookie(theme: Theme, secure: boolean): string {
  return `${THEME_COOKIE}=${theme}; Path=/; Max-Age=${THEME_COOKIE_S}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}
