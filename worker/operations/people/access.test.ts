import { beforeEach, describe, expect, test } from "vitest";
import { ForbiddenError, type UserActor } from "../../../domain/lifecycle/permissions.ts";
import { firstBrokenLink, type SealedEvent } from "../../../domain/compliance/chain.ts";
import { acceptInvitation, endAccess, grantAccess, invite, linkAccount, openInvitation, peopleWithAccess } from "./access.ts";
import { billedAccount, eventsOf, HERE, HOUR, letters, newTown, person, sessionFor, sessionIn, visitOf, type Town } from "./people.testing.ts";

let town: Town;
let ana: UserActor;
const RIGHT = { accountNumber: "1001", fact: "$96.35" };

beforeEach(async () => {
  town = await newTown();
  await billedAccount(town, "1001");
  await billedAccount(town, "1002");
  const userId = await person(town, { email: "ana@example.com" });
  ana = { kind: "user", userId, role: "customer", accountIds: [] };
});

const another = async (email = "ben@example.com"): Promise<UserActor> => ({ kind: "user", userId: await person(town, { email }), role: "customer", accountIds: [] });
const clerk = async (...accountIds: string[]): Promise<UserActor> => ({ kind: "user", userId: await person(town, { email: "carl@utility.example", role: "csr" }), role: "csr", accountIds });

describe("a customer links an account", () => {
  test.each([
    ["the amount to pay", "$96.35"], ["the amount without a sign", "96.35"], ["the new charges", "84.20"],
    ["the bill's number", "B-1001"], ["the bill's number in another hand", " b-10 01 "],
  ])("by its number and %s", async (_, fact) => {
    const visit = await visitOf(town, "ana@example.com");
    expect(await linkAccount(town, ana, { accountNumber: " 10-01 ", fact }, HERE)).toEqual({ ok: true, accountId: "1001" });
    expect((await sessionIn(town, visit))?.accountIds).toEqual(["1001"]);
    expect(await eventsOf(town, `access:${ana.userId}`)).toEqual(["AccessGranted"]);
  });

  test("the event names ids alone and follows its stream's chain", async () => {
    await linkAccount(town, ana, RIGHT, HERE);
    await linkAccount(town, ana, { accountNumber: "1002", fact: "96.35" }, HERE);
    const events = await town.port.query<SealedEvent>(
      `SELECT stream, seq, type, version, data, command_id AS "commandId", batch_id AS "batchId", actor, source, effective_at AS "effectiveAt", recorded_at AS "recordedAt", prev_hash AS "prevHash", hash
        FROM event WHERE stream = ? ORDER BY seq`,
      [`access:${ana.userId}`],
    );
    expect(JSON.parse(events[0]!.data)).toEqual({ userId: ana.userId, accountId: "1001", how: "accountNumber" });
    expect(events[0]!.actor).toBe(`user:${ana.userId}`);
    expect(events).toHaveLength(2);
    expect(firstBrokenLink(events)).toBeNull();
  });

  test("a wrong number, a wrong fact and an account somebody else has linked look the same, up to the last read", async () => {
    const ben = await another();
    await linkAccount(town, ben, { accountNumber: "1002", fact: "96.35" }, HERE);
    const attempts = [{ accountNumber: "9999", fact: "96.35" }, { accountNumber: "1001", fact: "96.36" }, { accountNumber: "1001", fact: "" }, { accountNumber: "1002", fact: "96.35" }];
    const seen: { answer: unknown; statements: string[] }[] = [];
    for (const attempt of attempts) {
      const from = town.statements.length;
      seen.push({ answer: await linkAccount(town, ana, attempt, HERE), statements: town.statements.slice(from) });
    }
    expect(seen[0]!.answer).toEqual({ ok: false, refusal: { code: "linkWrong" } });
    for (const other of seen) expect(other).toEqual(seen[0]);

    // The right guess reads just what they read; only then it differs.
    const from = town.statements.length;
    await linkAccount(town, ana, RIGHT, HERE);
    const reads = seen[0]!.statements.length;
    expect(town.statements.slice(from, from + reads)).toEqual(seen[0]!.statements);
    expect(town.statements.length).toBeGreaterThan(from + reads);
  });

  test("five wrong guesses lock, also for the right one, until the hour is over", async () => {
    for (let n = 0; n < 5; n += 1) expect(await linkAccount(town, ana, { accountNumber: "1001", fact: `${n}.00` }, HERE)).toMatchObject({ refusal: { code: "linkWrong" } });
    const locked = await linkAccount(town, ana, RIGHT, HERE);
    expect(locked).toMatchObject({ ok: false, refusal: { code: "tooManyTries" } });
    expect(!locked.ok && locked.refusal.until! - town.now()).toBeLessThanOrEqual(HOUR);
    town.wait(HOUR);
    expect(await linkAccount(town, ana, RIGHT, HERE)).toMatchObject({ ok: true });
  });

  test("ten guesses at one account from ten people lock the account for the day, and nobody learns whether it exists", async () => {
    const guessers = await Promise.all(Array.from({ length: 10 }, (_, n) => another(`guesser${n}@example.com`)));
    for (const accountNumber of ["1001", "9999"]) {
      for (const [n, guesser] of guessers.entries()) await linkAccount(town, guesser, { accountNumber, fact: "1.00" }, { address: `203.0.113.${n}`, userAgent: null });
      expect(await linkAccount(town, ana, { accountNumber, fact: "96.35" }, HERE)).toMatchObject({ refusal: { code: "tooManyTries" } });
    }
  });

  test("a hundred guesses at once are a hundred guesses", async () => {
    const all = await Promise.all(Array.from({ length: 100 }, (_, n) => linkAccount(town, ana, { accountNumber: "1001", fact: `${n}.00` }, HERE)));
    expect(all.filter((answer) => !answer.ok && answer.refusal.code === "linkWrong")).toHaveLength(5);
  });

  test("right answers are no guesses: six accounts of one owner are linked in a row", async () => {
    for (const accountId of ["2001", "2002", "2003", "2004", "2005", "2006"]) {
      await billedAccount(town, accountId);
      expect(await linkAccount(town, ana, { accountNumber: accountId, fact: `B-${accountId}` }, HERE)).toEqual({ ok: true, accountId });
    }
  });

  test("two people at once: one has it", async () => {
    const ben = await another();
    const both = await Promise.all([linkAccount(town, ana, RIGHT, HERE), linkAccount(town, ben, RIGHT, HERE)]);
    expect(both.map((answer) => answer.ok).sort()).toEqual([false, true]);
    expect(await town.port.query("SELECT count(*) AS n FROM account_access")).toEqual([{ n: 1 }]);
  });

  test("a bill of nothing proves nothing", async () => {
    await town.port.write([{ sql: `INSERT INTO bill (id, account_id, seq, number, period_from, period_to, issued_on, due_on, previous_balance, charges, balance, status, snapshot_hash, snapshot)
      VALUES ('n', '1001', 9, 'B-NEW', '2026-10-01', '2026-11-01', '2026-11-02', '2026-11-22', 0, 0, 0, 'complete', '', '{}')` }]);
    expect(await linkAccount(town, ana, { accountNumber: "1001", fact: "0.00" }, HERE)).toMatchObject({ refusal: { code: "linkWrong" } });
    expect(await linkAccount(town, ana, RIGHT, HERE)).toMatchObject({ refusal: { code: "linkWrong" } });
    expect(await linkAccount(town, ana, { accountNumber: "1001", fact: "B-NEW" }, HERE)).toMatchObject({ ok: true });
  });

  test("one that is linked already is said so, since it is theirs", async () => {
    expect(await linkAccount(town, { ...ana, accountIds: ["1001"] }, RIGHT, HERE)).toEqual({ ok: false, refusal: { code: "alreadyYours", field: "accountNumber" } });
  });
});

describe("access ends", () => {
  const ending = (by: UserActor, reason = "moved out") => endAccess(town, by, { commandId: "end-1001-of-ana-x", userId: ana.userId, accountId: "1001", reason });

  test("with the next request, with its event, and with a message that closes open pages", async () => {
    await linkAccount(town, ana, RIGHT, HERE);
    const visit = await visitOf(town, "ana@example.com");
    expect(await ending(await clerk())).toEqual({ ok: true });
    expect((await sessionIn(town, visit))?.accountIds).toEqual([]);
    expect(await eventsOf(town, `access:${ana.userId}`)).toEqual(["AccessGranted", "AccessEnded"]);
    expect(await town.port.query("SELECT key, payload FROM outbox WHERE kind = 'accessEnded'")).toEqual([{ key: "1001", payload: JSON.stringify({ userId: ana.userId }) }]);
  });

  test("it stays known who could see it, and the account can be linked anew", async () => {
    await linkAccount(town, ana, RIGHT, HERE);
    await ending({ ...ana, accountIds: ["1001"] });
    expect(await town.port.query("SELECT ended_at IS NOT NULL AS ended FROM account_access")).toEqual([{ ended: 1 }]);
    expect(await linkAccount(town, await another(), RIGHT, HERE)).toMatchObject({ ok: true });
    expect(await linkAccount(town, ana, { accountNumber: "1002", fact: "96.35" }, HERE)).toMatchObject({ ok: true });
  });

  test("not by another customer, who learns nothing", async () => {
    await linkAccount(town, ana, RIGHT, HERE);
    await expect(ending(await another())).rejects.toMatchObject({ name: "ForbiddenError", status: 404 });
  });

  test("sending the form twice is one end", async () => {
    await linkAccount(town, ana, RIGHT, HERE);
    const carl = await clerk();
    expect(await ending(carl)).toEqual({ ok: true });
    expect(await ending(carl)).toEqual({ ok: true });
    expect(await ending(carl, "another reason")).toMatchObject({ refusal: { code: "conflict" } });
    expect(await eventsOf(town, `access:${ana.userId}`)).toHaveLength(2);
  });
});

describe("an invitation", () => {
  const form = { commandId: "invitation-form-0001", accountId: "1001", email: "Ana@Example.com", language: "es" };

  async function invited(): Promise<{ carl: UserActor; token: string }> {
    const carl = await clerk();
    expect(await invite(town, carl, form)).toMatchObject({ ok: true });
    const [letter] = await letters(town);
    return { carl, token: letter!.token };
  }

  test("goes out as a letter whose link lies in no table", async () => {
    const { token } = await invited();
    expect(await letters(town)).toMatchObject([{ to: "ana@example.com", letter: "invitation" }]);
    expect(await openInvitation(town, token)).toEqual({ accountId: "1001", email: "ana@example.com" });
    const kept = JSON.stringify([await town.port.query("SELECT * FROM invitation"), await town.port.query("SELECT * FROM outbox"), await town.port.query("SELECT * FROM event")]);
    expect(kept).not.toContain(token.split(".")[1]);
  });

  test("lets one person in, once", async () => {
    const { token } = await invited();
    const ben = await another();
    expect(await acceptInvitation(town, ana, token)).toEqual({ ok: true, accountId: "1001" });
    expect(await acceptInvitation(town, ben, token)).toEqual({ ok: false, refusal: { code: "linkOver" } });
    // The same person pressing twice is no second use.
    expect(await acceptInvitation(town, { ...ana, accountIds: ["1001"] }, token)).toEqual({ ok: true, accountId: "1001" });
    expect(await openInvitation(town, token)).toBeNull();
    expect(await eventsOf(town, `access:${ana.userId}`)).toEqual(["AccessGranted"]);
    expect(await town.port.query("SELECT email_verified FROM auth_user WHERE id = ?", [ana.userId])).toEqual([{ email_verified: 1 }]);
  });

  test("two people with the same link at once: one gets in", async () => {
    const { token } = await invited();
    const both = await Promise.all([acceptInvitation(town, ana, token), acceptInvitation(town, await another(), token)]);
    expect(both.map((answer) => answer.ok).sort()).toEqual([false, true]);
  });

  test("may join somebody to an account that another has linked", async () => {
    await linkAccount(town, await another(), RIGHT, HERE);
    const { carl, token } = await invited();
    town.wait(1);
    expect(await acceptInvitation(town, ana, token)).toMatchObject({ ok: true });
    expect((await peopleWithAccess(town, carl, "1001")).map(({ email }) => email)).toEqual(["ben@example.com", "ana@example.com"]);
  });

  test("is over after seven days, and when it was never made", async () => {
    const { token } = await invited();
    town.wait(7 * 24 * HOUR + 1);
    expect(await acceptInvitation(town, ana, token)).toEqual({ ok: false, refusal: { code: "linkOver" } });
    expect(await acceptInvitation(town, ana, "made.up")).toEqual({ ok: false, refusal: { code: "linkOver" } });
  });

  test("nobody lets themselves into an account: not with an own invitation, not to an own account", async () => {
    const { carl, token } = await invited();
    expect(await acceptInvitation(town, carl, token)).toEqual({ ok: false, refusal: { code: "ownInvitation" } });
    await expect(invite(town, { ...carl, accountIds: ["1001"] }, form)).rejects.toBeInstanceOf(ForbiddenError);
  });

  test("sent twice by an impatient finger, it is one letter", async () => {
    const { carl } = await invited();
    expect(await invite(town, carl, form)).toMatchObject({ ok: true });
    expect(await letters(town)).toHaveLength(1);
    expect(await invite(town, carl, { ...form, email: "other@example.com" })).toMatchObject({ refusal: { code: "conflict" } });
  });

  test("to an account that does not exist is refused with its field; by a customer it does not exist at all", async () => {
    expect(await invite(town, await clerk(), { ...form, accountId: "9999" })).toMatchObject({ refusal: { code: "no-account", field: "accountId" } });
    await expect(invite(town, ana, form)).rejects.toMatchObject({ status: 404 });
  });
});

test("the utility itself links an account once, however often it is told", async () => {
  await grantAccess(town, { userId: ana.userId, accountId: "1001" });
  await grantAccess(town, { userId: ana.userId, accountId: "1001" });
  expect(await eventsOf(town, `access:${ana.userId}`)).toEqual(["AccessGranted"]);
  expect((await sessionFor(town, "ana@example.com")).accountIds).toEqual(["1001"]);
});
