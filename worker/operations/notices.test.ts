/** Alerts by e-mail and text: who is told, by what, once; who agrees, and who ends it. */
import { describe, expect, test } from "vitest";
import { verifyLog } from "../../db/log.ts";
import type { Notice } from "../../db/notices.ts";
import { startOfDay } from "../../domain/calendar/zone.ts";
import { NOTICE_KINDS, parsePhone, replyWord, textAt } from "../../domain/lifecycle/notice.ts";
import type { UserActor } from "../../domain/lifecycle/permissions.ts";
import { memoryFiles } from "../../test/support/file-store.ts";
import { ZONE } from "../../test/support/utility.ts";
import { noticeLetter } from "../outbox/notice-letters.ts";
import { takeTextReplies } from "../outbox/text-replies.ts";
import { noticeChoice, setNotices, TEXTS_AGREED } from "./notices.ts";
import { addHouse, iso, openStreet, type Street } from "./reads.testing.ts";

const HOUR = 3_600_000;
const at = (day: string, hour = 0): number => startOfDay(day, ZONE) + hour * HOUR;
const PHONE = "(319) 555-0142";

async function waterStreet(now: string): Promise<Street> {
  const street = await openStreet(now);
  await addHouse(street, 2, [{ commodity: "water", badge: "W2", channels: [{ id: 3, name: "gal", kind: "interval", unit: "gal", stepMinutes: 60, multiplier: "1", dials: null, direction: "delivered" }] }]);
  return street;
}

const water = (day: string, values: readonly number[], fromHour = 0): object => ({ meter: "W2", kind: "interval", unit: "gal", start: iso(at(day, fromHour)), stepMinutes: 60, values });
const hours = (value: number, count = 24): number[] => Array.from({ length: count }, () => value);
const rosa: UserActor = { kind: "user", userId: "U-rosa", role: "customer", accountIds: ["A-2"] };

/** Somebody with a sign-in who may see account A-2. */
async function signedIn({ port, clock }: Street, userId = "U-rosa", language = "es"): Promise<void> {
  await port.write([
    { sql: "INSERT INTO auth_user (id, name, email, email_verified, role, language, created_at, updated_at) VALUES (?1, ?1, ?2, 1, 'customer', ?3, 0, 0)", args: [userId, `${userId}@example.test`, language] },
    { sql: "INSERT INTO account_access (user_id, account_id, granted_at, granted_by) VALUES (?, 'A-2', ?, 'test')", args: [userId, clock.now] },
  ]);
}

const waiting = async ({ port }: Street) =>
  (await port.query<{ id: number; kind: string; key: string; payload: string; availableAt: number }>(`SELECT id, kind, key, payload, available_at AS "availableAt" FROM outbox WHERE kind IN ('notice', '${TEXTS_AGREED}') ORDER BY id`))
    .map(({ payload, ...row }) => ({ ...row, payload: JSON.parse(payload) as Notice }));
const letters = async (street: Street) =>
  Promise.all((await waiting(street)).map((row) => noticeLetter({ port: street.port, publicUrl: "https://alder.test", now: street.clock.now }, { ...row, attempts: 0, createdAt: 0 })));

const choices = (channels: readonly string[]) => Object.fromEntries(NOTICE_KINDS.map((kind) => [kind, channels]));
const byText = (street: Street, more: object = {}) => setNotices(street.world, rosa, { commandId: "choice-1", choices: choices(["text"]), phone: PHONE, agreed: true, ...more });

describe("a leak begins", () => {
  test("and leaves a letter in the commit that raises it: once, however long it runs, and once more when another begins", async () => {
    const street = await waterStreet("2026-06-11T12:00:00Z");
    await street.port.write([{ sql: "UPDATE person SET email = 'payer@example.test' WHERE id = (SELECT person_id FROM account WHERE id = 'A-2')", args: [] }]);
    await street.post([water("2026-06-09", hours(5))]);
    expect((await waiting(street)).map(({ payload }) => payload)).toEqual([{ kind: "leak", accountId: "A-2", alertId: `leak:3:${at("2026-06-09")}`, userId: null, channel: "email" }]);
    await street.post([water("2026-06-10", hours(5))]);
    await street.post([water("2026-06-10", hours(5))]);
    expect(await waiting(street)).toHaveLength(1);
    expect(await letters(street)).toMatchObject([{ channel: "email", to: "payer@example.test", subject: "Water runs without a pause at 2 Elm St", text: expect.stringMatching(/^Water has not stopped running at 2 Elm St since Tue, Jun 9, 12:00\sAM: at least 5 gal every hour\./) }]);
    await street.post([water("2026-06-11", [0, ...hours(5, 5)])]);
    street.clock.now = at("2026-06-13", 9);
    await street.post([water("2026-06-11", hours(5, 18), 6), water("2026-06-12", hours(5))]);
    expect((await waiting(street)).map(({ payload }) => payload.alertId)).toEqual([`leak:3:${at("2026-06-09")}`, `leak:3:${at("2026-06-11", 1)}`]);
  });

  test("is told to each person who may see the account, as each has chosen, in their language", async () => {
    const street = await waterStreet("2026-06-11T15:00:00Z");
    await signedIn(street);
    await signedIn(street, "U-sam", "en");
    await signedIn(street, "U-none", "en");
    expect(await byText(street)).toMatchObject({ status: "done" });
    expect(await setNotices(street.world, { ...rosa, userId: "U-none" }, { commandId: "choice-2", choices: {}, phone: "", agreed: false })).toMatchObject({ status: "done" });
    await street.post([water("2026-06-10", hours(5))]);
    expect(await letters(street)).toMatchObject([
      { channel: "text", to: "+13195550142", text: expect.stringContaining("Responda AYUDA para ayuda, PARAR para terminar.") },
      { channel: "text", to: "+13195550142", text: expect.stringMatching(/El consumo de agua no para en 2 Elm St desde .*: al menos 5 gal cada hora\. https:\/\/alder\.test\/portal\/usage#alerts Responda PARAR para terminar\.$/) },
      { channel: "email", to: "U-sam@example.test", subject: "Water runs without a pause at 2 Elm St" },
    ]);
  });

  test("somebody whose access has ended, or who ended texts meanwhile, gets none; nor is a text sent of what is over", async () => {
    const street = await waterStreet("2026-06-11T15:00:00Z");
    await signedIn(street);
    await byText(street);
    await street.post([water("2026-06-10", hours(5))]);
    await street.post([water("2026-06-11", [0])]);
    expect((await letters(street)).slice(1)).toEqual([null]);
    await street.port.write([{ sql: "UPDATE account_access SET ended_at = 1 WHERE user_id = 'U-rosa'", args: [] }]);
    expect((await letters(street)).slice(1)).toEqual([null]);
  });
});

describe("texts", () => {
  test("need a number and a yes; a new number needs a new one", async () => {
    const street = await waterStreet("2026-06-11T15:00:00Z");
    expect(await byText(street, { phone: "" })).toMatchObject({ status: "refused", refusal: { code: "no-phone", field: "phone" } });
    expect(await byText(street, { phone: "555-0142" })).toMatchObject({ status: "refused", refusal: { code: "phone" } });
    expect(await byText(street, { agreed: false })).toMatchObject({ status: "refused", refusal: { code: "consent", field: "agreed" } });
    expect(await byText(street)).toMatchObject({ status: "done", replayed: false });
    expect(await byText(street)).toMatchObject({ status: "done", replayed: true });
    expect(await noticeChoice(street.world, rosa)).toMatchObject({ phone: "+13195550142", choices: { leak: ["text"], prepaid: ["text"] } });
    expect(await byText(street, { commandId: "choice-3", agreed: false })).toMatchObject({ status: "done" });
    expect(await byText(street, { commandId: "choice-4", phone: "319 555 0199", agreed: false })).toMatchObject({ status: "refused", refusal: { code: "consent" } });
    expect(await setNotices(street.world, rosa, { commandId: "choice-5", choices: choices(["email"]), phone: "", agreed: false })).toMatchObject({ status: "done", result: { texts: false } });
    expect((await street.port.query<{ type: string }>("SELECT type FROM event WHERE stream = 'notices:U-rosa' ORDER BY seq")).map(({ type }) => type)).toEqual(["TextsAgreed", "NoticeChannelsSet", "NoticeChannelsSet", "TextsEnded", "NoticeChannelsSet"]);
    const [{ log }] = (await street.port.query<{ log: string }>("SELECT group_concat(data) AS log FROM event WHERE stream = 'notices:U-rosa'")) as [{ log: string }];
    expect(log).not.toContain("5550142");
    expect((await verifyLog(street.port)).broken).toBeNull();
  });

  test("go to no more than a few new numbers a day: each one is somebody's", async () => {
    const street = await waterStreet("2026-06-11T15:00:00Z");
    const change = (n: number) => byText(street, { commandId: `number-${n}`, phone: `319 555 01${10 + n}` });
    for (let n = 1; n <= 5; n += 1) expect(await change(n)).toMatchObject({ status: "done" });
    expect(await change(6)).toMatchObject({ status: "refused", refusal: { code: "often", field: "phone" } });
    street.clock.now += 24 * HOUR;
    expect(await change(7)).toMatchObject({ status: "done" });
  });

  test("STOP ends them and START begins them again; HELP is answered; anything else changes nothing", async () => {
    const street = await waterStreet("2026-06-11T15:00:00Z");
    await signedIn(street);
    await byText(street);
    const files = memoryFiles();
    let n = 0;
    const answer = async (text: string, from = "+1 319 555 0142") => {
      await files.put(`mail/replies/r${(n += 1)}.json`, JSON.stringify({ from, text }));
      expect(await takeTextReplies(street.world, files)).toBe(1);
      return (await noticeChoice(street.world, rosa)).phone;
    };
    expect(await answer("thanks")).not.toBeNull();
    expect(await answer("STOP", "+13195550100")).not.toBeNull();
    expect(await answer(" Stop. ")).toBeNull();
    await street.post([water("2026-06-10", hours(5))]);
    expect((await waiting(street)).filter(({ kind }) => kind === "notice")).toEqual([]);
    expect(await answer("Start")).toBe("+13195550142");
    expect(await answer("AYUDA")).toBe("+13195550142");
    expect([...files.objects.keys()]).toEqual(["mail/text/2026-06-11/help-r5.json"]);
    expect(new TextDecoder().decode([...files.objects.values()][0])).toContain("avisos sobre su servicio.");
  });

  test("wait for the morning, but not a burst or a frozen pipe", () => {
    const night = at("2026-06-11", 2);
    expect([textAt("leak", night, ZONE), textAt("high", at("2026-06-11", 21), ZONE), textAt("leak", at("2026-06-11", 20), ZONE)]).toEqual([at("2026-06-11", 8), at("2026-06-12", 8), at("2026-06-11", 20)]);
    expect([textAt("burst", night, ZONE), textAt("freeze", night, ZONE)]).toEqual([night, night]);
    // Clocks go forward in the night.
    expect(textAt("leak", Date.parse("2026-03-08T06:30:00Z"), ZONE)).toBe(Date.parse("2026-03-08T13:00:00Z"));
  });

  test("numbers and words are read as people write them", () => {
    expect(["319-555-0142", "+1 (319) 555.0142", "13195550142"].map(parsePhone)).toEqual(Array.from({ length: 3 }, () => "+13195550142"));
    expect(["", "555-0142", "119-555-0142", "+44 20 7946 0958", "319-555-0142 x3"].map(parsePhone)).toEqual(Array.from({ length: 5 }, () => null));
    expect(["STOP", "Parar!", "unstop", "Ayuda", "stop it", "constructor"].map(replyWord)).toEqual(["stop", "stop", "start", "help", null, null]);
  });
});
