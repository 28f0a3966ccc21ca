import { index, layout, prefix, route, type RouteConfigEntry } from "@react-router/dev/routes";

const page = (path: string, file: string): RouteConfigEntry => route(path, `routes/staff/${file}`);

/** The staff's pages, in one frame. */
export const staffRoutes: RouteConfigEntry[] = prefix("staff", [
  layout("routes/staff/layout.tsx", [
    index("routes/staff/board.tsx"),
    page("search", "search.tsx"),

    page("accounts", "accounts.tsx"),
    page("accounts/new", "account-new.tsx"),
    page("accounts/:accountId", "account.tsx"),
    page("accounts/:accountId/pay", "account-pay.tsx"),
    page("accounts/:accountId/payments/:paymentId", "payment.tsx"),
    page("accounts/:accountId/adjust", "account-adjust.tsx"),
    page("accounts/:accountId/correct", "account-correct.tsx"),
    page("accounts/:accountId/request", "account-request.tsx"),
    page("accounts/:accountId/holds", "account-holds.tsx"),
    page("accounts/:accountId/erase", "account-erase.tsx"),
    page("accounts/:accountId/services", "account-services.tsx"),
    page("accounts/:accountId/budget", "account-budget.tsx"),
    page("accounts/:accountId/facts", "account-facts.tsx"),

    page("premises/new", "premise-new.tsx"),
    page("premises/:premiseId", "premise.tsx"),
    page("premises/:premiseId/service", "premise-service.tsx"),
    page("meters", "meters.tsx"),
    page("meters/new", "meter-new.tsx"),
    page("meters/:meterId", "meter.tsx"),
    page("meters/:meterId/exchange", "meter-exchange.tsx"),
    page("meters/:meterId/shop", "meter-shop.tsx"),

    page("requests", "requests.tsx"),
    page("requests/:requestId", "request.tsx"),

    page("exceptions/:exceptionId?", "exceptions.tsx"),
    page("alerts", "alerts.tsx"),
    page("billing", "billing.tsx"),
    page("billing/unbilled", "unbilled.tsx"),
    page("billing/runs/new", "run-new.tsx"),
    page("billing/runs/:runId", "run.tsx"),
    page("bills", "bills.tsx"),
    page("bills/:billId", "bill.tsx"),
    page("bills/:billId/pdf", "bill-pdf.ts"),
    page("bills/:billId/manifest", "bill-manifest.ts"),
    page("gateways", "gateways.tsx"),
    page("payments", "payments.tsx"),
    page("reads", "reads.tsx"),
    page("files", "files.tsx"),
    page("files/route", "route-file.ts"),
    page("files/mappings", "mappings.tsx"),
    page("files/mappings/:name", "mapping.tsx"),
    page("files/:fileId", "file.tsx"),
    page("messages", "messages.tsx"),
    page("rates", "rates.tsx"),
    page("rates/first", "rate-first.tsx"),
    page("rates/drafts/new", "rate-draft-new.tsx"),
    page("rates/drafts/:draftId", "rate-draft.tsx"),
    page("rates/replays/:replayId", "rate-replay.tsx"),
    page("rates/:scheduleId", "rate.tsx"),
    page("periods", "periods.tsx"),
    page("settings", "settings.tsx"),
    page("settings/:topic", "setting.tsx"),
    page("log", "log.tsx"),

    page("people", "people.tsx"),
    page("people/new", "people-new.tsx"),
    page("people/invite", "people-invite.tsx"),
    page("people/:userId", "people-person.tsx"),

    page("*", "not-found.tsx"),
  ]),
]);
