import { startTransition } from "react";
import { hydrateRoot } from "react-dom/client";
import { HydratedRouter } from "react-router/dom";
import { loadMessages } from "./i18n/load.ts";

await loadMessages(document.documentElement.lang === "es" ? "es" : "en");
startTransition(() => {
  hydrateRoot(document, <HydratedRouter />);
});
