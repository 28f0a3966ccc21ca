/** Exceptions: the queue, one exception with its meter's story, and what people do with it. */
export { countExceptions, exceptionGroups, listExceptions, type ExceptionGroup, type ExceptionGroups, type ExceptionCounts, type ExceptionFilter, type ExceptionItem, type ExceptionList } from "./exceptions/list.ts";
export { exceptionPage, type DayTotal, type ExceptionPage, type ExceptionStep, type MeterStory, type ReadPoint, type Slot, type Suggestion } from "./exceptions/page.ts";
export { assignException, decideException, snoozeException, type Assign, type Decide, type ExceptionAnswer, type ExceptionResult, type Snooze } from "./exceptions/decide.ts";
export { BULK_MAX, decideExceptions, isBulkDecision, type BulkDecision, type DecideMany, type ManyDecided } from "./exceptions/bulk.ts";
export type { SlotInput } from "./exceptions/change.ts";
