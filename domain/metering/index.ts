/** Metering: reads in, validated, estimated, and turned into the usage that is billed. */
export * from "./channel.ts";
export * from "./units.ts";
export * from "./packed-day.ts";
export * from "./register.ts";
export * from "./history.ts";
export * from "./reads-request.ts";
export * from "./match-reads.ts";
export * from "./ingest-result.ts";
export * from "./classify-reads.ts";
export type { DayPlace } from "./classify-days.ts";
export * from "./revise-days.ts";
export * from "./vee-parameters.ts";
export * from "./vee.ts";
export * from "./usage.ts";
export * from "./like-days.ts";
export * from "./estimate.ts";
export * from "./validate-usage.ts";
export type { Explanation, IntervalRule, RegisterRule, RuleFacts, Verdict } from "./rules/rule.ts";
