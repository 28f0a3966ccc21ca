import { index, layout, prefix, route, type RouteConfig } from "@react-router/dev/routes";

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
  route("language/:locale", "routes/auth/language.ts"),

  ...prefix("portal", [
    layout("routes/portal/layout.tsx", [
      layout("routes/portal/pages.tsx", [
        index("routes/portal/home.tsx"),
        route("usage", "routes/portal/usage.tsx"),
        route("pay", "routes/portal/pay.tsx"),
        route("pay/done", "routes/portal/pay-done.tsx"),
        route("requests", "routes/portal/requests.tsx"),
        route("requests/new", "routes/portal/request-new.tsx"),
        route("requests/:requestId", "routes/portal/request.tsx"),
        route("settings", "routes/portal/settings.tsx"),
      ]),
    ]),
  ]),

  ...prefix("staff", [
    layout("routes/staff/layout.tsx", [
      route("people", "routes/staff/people.tsx"),
      route("people/new", "routes/staff/people-new.tsx"),
      route("people/invite", "routes/staff/people-invite.tsx"),
      route("people/:userId", "routes/staff/people-person.tsx"),
    ]),
  ]),

  // An address that nothing answers, in the person's language and frame.
  route("*", "routes/not-found.ts"),
] satisfies RouteConfig;
