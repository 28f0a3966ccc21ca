/** The components on pages made of samples, as static HTML: to look at, and to hold against the accessibility rules. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { renderToStaticMarkup } from "react-dom/server";
import { createStaticHandler, createStaticRouter, StaticRouterProvider } from "react-router";
import { PlaceProvider } from "../../app/i18n/context.tsx";
import type { Locale } from "../../app/i18n/translate.ts";
import { PortalBill, PortalForms, PortalHome, PortalUsage } from "./portal-pages.tsx";
import { TODAY, ZONE } from "./samples.ts";
import { StaffAccount, StaffBoard, StaffException, StaffPieces } from "./staff-pages.tsx";

const PAGES = {
  "portal-home": { page: PortalHome, at: "/", frame: "portal" },
  "portal-bill": { page: PortalBill, at: "/bills", frame: "portal" },
  "portal-usage": { page: PortalUsage, at: "/usage", frame: "portal" },
  "portal-forms": { page: PortalForms, at: "/requests", frame: "portal" },
  "staff-board": { page: StaffBoard, at: "/staff", frame: "staff" },
  "staff-account": { page: StaffAccount, at: "/staff", frame: "staff" },
  "staff-exception": { page: StaffException, at: "/staff/exceptions", frame: "staff" },
  "staff-pieces": { page: StaffPieces, at: "/staff/rates", frame: "staff" },
} as const;

export type GalleryPage = keyof typeof PAGES;
export const GALLERY_PAGES = Object.keys(PAGES) as GalleryPage[];

/** A style sheet with its imports in place, as the build would make it. */
export function styleSheet(path: string): string {
  return readFileSync(path, "utf8").replace(/@import "(.+?)" layer\((\w+)\);/g, (_, file: string, layer: string) => `@layer ${layer} {\n${styleSheet(join(dirname(path), file))}\n}`);
}

export async function renderGallery(name: GalleryPage, styles: string, { locale = "en", theme = "light" }: { locale?: Locale; theme?: string } = {}): Promise<string> {
  const { page: Page, at, frame } = PAGES[name];
  const handler = createStaticHandler([{ path: "*", element: <Page /> }]);
  const context = await handler.query(new Request(`http://gallery${at}`));
  if (context instanceof Response) throw new Error(`The gallery's page ${name} answered ${context.status}`);
  const html = renderToStaticMarkup(
    <html lang={locale} data-theme={theme}>
      <head><title>{name}</title><meta name="viewport" content="width=device-width, initial-scale=1" /></head>
      <body><PlaceProvider locale={locale} zone={ZONE} today={TODAY}><StaticRouterProvider router={createStaticRouter(handler.dataRoutes, context)} context={context} hydrate={false} /></PlaceProvider></body>
    </html>,
  );
  const css = ["core", frame].map((sheet) => styleSheet(join(styles, `${sheet}.css`))).join("\n");
  return `<!doctype html>${html.replace("</head>", `<style>${css}</style></head>`)}`;
}
