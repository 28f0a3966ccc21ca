import { index, layout, prefix, route, type RouteConfig } from "@react-router/dev/routes";
import { staffRoutes } from "./routes/staff/routes.ts";

export default [
  index("routes/index.tsx"),

  layout("routes/auth/layout.tsx", [
    route("sign-in", "routes/auth/sign-in.tsx"),
    route("sign-up", "routes/auth/sign-up.tsx"),
    route("forgot-password", "routes/auth/forgot-password.tsx"),
    route("set-password/:token", "routes/auth/set-password.tsx"),
    route("invitation/:token", "routes/auth/invitation.tsx"),
    route("link-account", "routes/auth/link-account.tsx"),
  ]),
  route("sign-out", "routes/auth/sign-out.ts"),
  route("set-up", "routes/set-up.tsx"),
  route("language/:locale", "routes/auth/language.ts"),

  ...prefix("portal", [
    layout("routes/portal/layout.tsx", [
      layout("routes/portal/pages.tsx", [
        index("routes/portal/home.tsx"),
        route("bills", "routes/portal/bills.tsx"),
        route("bills/:billId", "routes/portal/bill.tsx"),
        route("usage", "routes/portal/usage.tsx"),
        route("pay", "routes/portal/pay.tsx"),
        route("pay/done", "routes/portal/pay-done.tsx"),
        route("requests", "routes/portal/requests.tsx"),
        route("requests/new", "routes/portal/request-new.tsx"),
        route("requests/:requestId", "routes/portal/request.tsx"),
        route("rate-change/:draftId", "routes/portal/rate-change.tsx"),
        route("settings", "routes/portal/settings.tsx"),
      ]),
      route("bills/:billId/pdf", "routes/portal/bill-pdf.ts"),
      route("bills/:billId/manifest", "routes/portal/bill-manifest.ts"),
    ]),
  ]),

  ...staffRoutes,

  // An address that nothing answers, in the person's language and frame.
  route("*", "routes/not-found.tsx"),
] satisfies RouteConfig;
