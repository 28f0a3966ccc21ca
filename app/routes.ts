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

  ...prefix("staff", [
    layout("routes/staff/layout.tsx", [
      route("people", "routes/staff/people.tsx"),
      route("people/new", "routes/staff/people-new.tsx"),
      route("people/invite", "routes/staff/people-invite.tsx"),
      route("people/:userId", "routes/staff/people-person.tsx"),
    ]),
  ]),
] satisfies RouteConfig;
