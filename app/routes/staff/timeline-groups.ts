/** What somebody looks for in a timeline, as kinds of events. */
export type TimelineGroup = "all" | "money" | "service" | "requests" | "reads" | "alerts" | "access";

export const TIMELINE_GROUPS: Readonly<Record<TimelineGroup, { readonly name: string; readonly types: readonly string[] | null }>> = {
  all: { name: "Everything", types: null },
  money: { name: "Money", types: ["BillCompleted", "BillCanceled", "BillHeld", "CorrectionProposed", "CorrectionDropped", "InstalmentsOffered", "BudgetEnrolled", "BudgetReviewed", "BudgetChanged", "BudgetSettled", "BudgetEnded", "PrepaidEnrolled", "PrepaidChanged", "PrepaidEnded", "PrepaidLowTold", "PrepaidLowOver", "PaymentPosted", "PaymentSuspended", "PaymentReversed", "AdjustmentPosted"] },
  service: { name: "Service and holds", types: ["AccountOpened", "ServiceStarted", "ServiceStopped", "ServiceFactSet", "HoldPlaced", "HoldReleased"] },
  requests: { name: "Requests", types: ["RequestOpened", "RequestAdvanced"] },
  reads: { name: "Reads in doubt", types: ["ExceptionOpened", "ExceptionReopened", "ExceptionDecided", "ExceptionClosed", "RereadOrdered"] },
  alerts: { name: "Leaks and high usage", types: ["UsageAlertRaised", "UsageAlertEnded", "UsageAlertAcknowledged"] },
  access: { name: "Portal access", types: ["AccessGranted", "AccessEnded"] },
};

export const isTimelineGroup = (text: string | null): text is TimelineGroup => text !== null && Object.hasOwn(TIMELINE_GROUPS, text);
