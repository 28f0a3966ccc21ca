import { expect, test } from "vitest";
import type { Channel, MeterRecord, RegisterRead } from "./channel.ts";
import { NO_HISTORY, type ChannelHistory } from "./history.ts";
import type { KnownException, ReadsLoaded } from "./ingest-result.ts";
import type { ReadsContext } from "./match-reads.ts";
import { reviseRead } from "./revise-reads.ts";

const context: ReadsContext = { now: Date.UTC(2026, 5, 10), zone: "America/Chicago", settings: [] };
const channel: Channel = { channelId: 2, meterId: "m", commodity: "water", kind: "register", unit: "gal", multiplier: "1", dials: 6, direction: "delivered" };
const meter: MeterRecord = { meterId: "m", badge: "W1", commodity: "water", customerClass: "residential", channels: [channel], installations: [{ servicePointId: "sp", from: 0, to: null }], service: [{ from: "2020-01-01", to: null }] };
const at = (month: number) => Date.UTC(2026, month - 1, 1, 12);
const read = (month: number, value: number, version = 1, quality: RegisterRead["quality"] = "actual"): RegisterRead => ({ channelId: 2, readAt: at(month), version, value: value * 1000, quality });
const month = { days: 30, usage: 4_000_000, slots: 2, present: 2, estimated: 0, maxSlot: 0 };
const history: ChannelHistory = { ...NO_HISTORY, previous: month };
const high: KnownException = { id: `2:${at(5)}:high:1`, channelId: 2, day: "2026-05-01", readAt: at(5), ruleId: "high", status: "open", numbers: {} };
const loaded: ReadsLoaded = { days: new Map(), registerReads: new Map([[2, [read(4, 100_000), read(5, 190_000), read(6, 108_000)]]]), histories: new Map([[2, history]]), exceptions: [high] };

test("a misread digit put right cures its exception, and the read after it is good again", () => {
  const before = reviseRead({ meter, channel, read: read(5, 190_001, 2, "edited") }, loaded, context);
  expect(before.findings.map(({ ruleId }) => ruleId)).toEqual(["high", "negative"]);
  const result = reviseRead({ meter, channel, read: read(5, 104_000, 2, "edited") }, loaded, context);
  expect(result).toMatchObject({ cured: [high.id], exceptions: [], registerWrites: [{ version: 2, value: 104_000_000, quality: "edited", meterId: "m", day: "2026-05-01" }] });
  expect(result.changes).toEqual([
    { channelId: 2, meterId: "m", servicePointId: "sp", from: "2026-04-01", to: "2026-05-01" },
    { channelId: 2, meterId: "m", servicePointId: "sp", from: "2026-05-01", to: "2026-06-01" },
  ]);
});

test("a version that somebody else has written meanwhile is not overwritten", () => {
  expect(() => reviseRead({ meter, channel, read: read(5, 104_000, 1, "edited") }, loaded, context)).toThrow("version 1 does not follow version 1");
});
