import { beforeEach, describe, expect, test } from "vitest";
import { writeRows } from "../../../db/commit.ts";
import { forgetWhatIsOver } from "../../auth/forget.ts";
import { eventsOf, HERE, HOUR, letters, newTown, PASSWORD, person, requestWith, sessionFor, sessionIn, visitOf, type Town } from "./people.testing.ts";
import { forgotPassword, passwordLinkOwner, setPassword } from "./passwords.ts";
import { signIn, signOut, signUp } from "./sign-in.ts";
import { createFirstAdministrator, createUser } from "./users.ts";

let town: Town;
beforeEach(async () => {
  town = await newTown();
});

describe("signing in", () => {
  test("a clerk signs in and is known by name and role", async () => {
    await person(town, { email: "carl@utility.example", name: "Carl Clerk", role: "csr" });
    const session = await sessionFor(town, "Carl@Utility.example ");
    expect(session).toMatchObject({ name: "Carl Clerk", email: "carl@utility.example", role: "csr", language: "en", accountIds: [] });
    expect(session.actor).toEqual({ kind: "user", userId: session.userId, role: "csr", accountIds: [] });
  });

  test("the cookie is for this site and for the browser alone", async () => {
    await person(town, { email: "ana@example.com" });
    const signedIn = await signIn(town, { email: "ana@example.com", password: PASSWORD }, HERE);
    const [cookie, ...more] = signedIn.ok ? signedIn.headers.getSetCookie() : [];
    expect(more).toEqual([]);
    expect(cookie).toMatch(/^meterline\.session_token=/);
    expect(cookie).toContain("HttpOnly");
    expect(cookie).toContain("SameSite=Lax");
    expect(cookie).not.toContain("Secure");
  });

  test("over https the cookie never leaves https", async () => {
    town = await newTown("https://utility.example");
    await person(town, { email: "ana@example.com" });
    const signedIn = await signIn(town, { email: "ana@example.com", password: PASSWORD }, HERE);
    const [cookie] = signedIn.ok ? signedIn.headers.getSetCookie() : [];
    expect(cookie).toMatch(/^__Secure-meterline\.session_token=.*; Secure/);
    expect(await sessionIn(town, await visitOf(town, "ana@example.com"))).not.toBeNull();
  });

  test("a wrong password, an unknown address and no address at all are one answer", async () => {
    await person(town, { email: "ana@example.com" });
    const answers = await Promise.all([
      signIn(town, { email: "ana@example.com", password: "wrong horse battery" }, HERE),
      signIn(town, { email: "nobody@example.com", password: PASSWORD }, HERE),
      signIn(town, { email: "not an address", password: PASSWORD }, HERE),
      signIn(town, { email: "ana@example.com", password: "x".repeat(1_000) }, HERE),
    ]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set([JSON.stringify({ ok: false, refusal: { code: "signInWrong" } })]));
  });

  test("after ten wrong passwords not even the right one is looked at, until the window has passed", async () => {
    await person(town, { email: "ana@example.com" });
    const guess = (password: string) => signIn(town, { email: "ana@example.com", password }, HERE);
    for (let n = 0; n < 10; n += 1) expect(await guess(`guess number ${n}`)).toMatchObject({ refusal: { code: "signInWrong" } });
    const locked = await guess(PASSWORD);
    expect(locked).toMatchObject({ ok: false, refusal: { code: "tooManyTries" } });
    expect(!locked.ok && locked.refusal.until! > town.now()).toBe(true);
    town.wait(15 * 60_000);
    expect(await guess(PASSWORD)).toMatchObject({ ok: true });
  }, 30_000);

  test("signing in often is no guessing", async () => {
    await person(town, { email: "ana@example.com" });
    for (let n = 0; n < 12; n += 1) expect((await signIn(town, { email: "ana@example.com", password: PASSWORD }, HERE)).ok).toBe(true);
  }, 30_000);

  test("a cookie that was tampered with does not even reach the database", async () => {
    await person(town, { email: "ana@example.com" });
    const visit = await visitOf(town, "ana@example.com");
    const forged = new Request(visit.url, { headers: { cookie: visit.headers.get("cookie")!.replace(/=./, "=X") } });
    const before = town.statements.length;
    expect(await sessionIn(town, forged)).toBeNull();
    expect(await sessionIn(town, new Request(visit.url))).toBeNull();
    expect(await sessionIn(town, new Request(visit.url, { headers: { cookie: "meterline.session_token=%zz" } }))).toBeNull();
    expect(town.statements.length).toBe(before);
    expect(await sessionIn(town, visit)).not.toBeNull();
    expect(town.statements.length).toBe(before + 1);
  });
});

describe("a session ends", () => {
  test("by signing out: at once, even for a copy of the cookie", async () => {
    await person(town, { email: "ana@example.com" });
    const visit = await visitOf(town, "ana@example.com");
    const cleared = await signOut(town, visit);
    expect(cleared.getSetCookie()[0]).toMatch(/meterline\.session_token=; Max-Age=0/);
    expect(await sessionIn(town, visit)).toBeNull();
  });

  test("with the pages that are open under it: of linked accounts, and for staff whatever is being looked at; other sign-ins of the person stay", async () => {
    const ana = await person(town, { email: "ana@example.com" });
    await person(town, { email: "carl@utility.example", role: "csr" });
    await writeRows(town.port, {
      accountAccess: [{ userId: ana, accountId: "1001", grantedAt: town.now(), grantedBy: "system:setup", endedAt: null }],
      watched: [{ accountId: "1001", since: town.now() }, { accountId: "1002", since: town.now() }],
    });
    const closing = async (email: string) => {
      const visit = await visitOf(town, email);
      const other = await visitOf(town, email);
      const { sessionId } = (await sessionIn(town, visit))!;
      await signOut(town, visit);
      expect(await sessionIn(town, other)).not.toBeNull();
      return town.port.query("SELECT kind, key FROM outbox WHERE payload = ? ORDER BY key", [JSON.stringify({ sessionId })]);
    };
    expect(await closing("ana@example.com")).toEqual([{ kind: "accessEnded", key: "1001" }, { kind: "boardAccessEnded", key: "utility" }]);
    expect(await closing("carl@utility.example")).toEqual([{ kind: "accessEnded", key: "1001" }, { kind: "accessEnded", key: "1002" }, { kind: "boardAccessEnded", key: "utility" }]);
  });

  test("by being deleted: with the next request", async () => {
    await person(town, { email: "ana@example.com" });
    const visit = await visitOf(town, "ana@example.com");
    await town.port.write([{ sql: "DELETE FROM auth_session" }]);
    expect(await sessionIn(town, visit)).toBeNull();
  });

  test("after 12 hours for staff and 7 days for customers, used or not", async () => {
    await person(town, { email: "ana@example.com" });
    await person(town, { email: "carl@utility.example", role: "csr" });
    const [customer, clerk] = [await visitOf(town, "ana@example.com"), await visitOf(town, "carl@utility.example")];
    town.wait(11 * HOUR);
    expect(await sessionIn(town, clerk)).not.toBeNull();
    town.wait(2 * HOUR);
    expect(await sessionIn(town, clerk)).toBeNull();
    expect(await sessionIn(town, customer)).not.toBeNull();
    town.wait(7 * 24 * HOUR);
    expect(await sessionIn(town, customer)).toBeNull();
  });
});

test("what is over is forgotten, and what is not stays", async () => {
  await person(town, { email: "ana@example.com" });
  await person(town, { email: "carl@utility.example", role: "csr" });
  const [customer] = [await visitOf(town, "ana@example.com"), await visitOf(town, "carl@utility.example")];
  await forgotPassword(town, { email: "ana@example.com" }, HERE);
  town.wait(25 * HOUR);
  await forgetWhatIsOver(town.port, town.now());
  const left = await Promise.all(["auth_session", "auth_verification", "rate_limit"].map((table) => town.port.query(`SELECT count(*) AS n FROM ${table}`)));
  expect(left).toEqual([[{ n: 1 }], [{ n: 0 }], [{ n: 0 }]]);
  expect(await sessionIn(town, customer)).not.toBeNull();
});

describe("a customer registers", () => {
  const ana = { email: "Ana@Example.com", password: PASSWORD, name: "  Ana   Diaz ", language: "es" };

  test("alone, and is signed in", async () => {
    const signedUp = await signUp(town, ana, HERE);
    expect(signedUp).toMatchObject({ ok: true, role: "customer" });
    const session = await sessionIn(town, requestWith((signedUp as { headers: Headers }).headers));
    expect(session).toMatchObject({ name: "Ana Diaz", email: "ana@example.com", language: "es", role: "customer" });
  });

  test("sending the form twice is no error, and another password for the same address is", async () => {
    await signUp(town, ana, HERE);
    expect(await signUp(town, ana, HERE)).toMatchObject({ ok: true });
    expect(await signUp(town, { ...ana, password: "another long password" }, HERE)).toEqual({ ok: false, refusal: { code: "emailTaken", field: "email" } });
    expect(await town.port.query("SELECT count(*) AS n FROM auth_user")).toEqual([{ n: 1 }]);
  });

  test.each([
    [{ name: " " }, "name", "name"],
    [{ email: "ana@" }, "email", "email"],
    [{ password: "short" }, "passwordShort", "password"],
    [{ password: "x".repeat(129) }, "passwordLong", "password"],
    [{ password: "abababababababab" }, "passwordSimple", "password"],
    [{ password: "ana@example.com" }, "passwordSimple", "password"],
  ])("is told what is wrong: %o", async (wrong, code, field) => {
    expect(await signUp(town, { ...ana, ...wrong }, HERE)).toEqual({ ok: false, refusal: { code, field } });
  });

  test("as a customer, whatever else the form says", async () => {
    const sneaky = { ...ana, role: "admin", deactivatedAt: null };
    expect(await signUp(town, sneaky, HERE)).toMatchObject({ ok: true, role: "customer" });
  });
});

describe("a forgotten password", () => {
  test("a letter with a link, which sets a new one once and ends every session", async () => {
    const userId = await person(town, { email: "ana@example.com" });
    const visit = await visitOf(town, "ana@example.com");
    expect(await forgotPassword(town, { email: "Ana@example.com" }, HERE)).toEqual({ ok: true });
    const [letter] = await letters(town);
    expect(letter).toMatchObject({ to: "ana@example.com", letter: "password" });
    expect(await passwordLinkOwner(town, letter!.token)).toMatchObject({ email: "ana@example.com" });

    expect(await setPassword(town, letter!.token, "short")).toMatchObject({ refusal: { code: "passwordShort" } });
    expect(await setPassword(town, letter!.token, "a whole new password")).toEqual({ ok: true, email: "ana@example.com" });
    expect(await sessionIn(town, visit)).toBeNull();
    expect(await signIn(town, { email: "ana@example.com", password: PASSWORD }, HERE)).toMatchObject({ ok: false });
    expect(await signIn(town, { email: "ana@example.com", password: "a whole new password" }, HERE)).toMatchObject({ ok: true });
    expect(await setPassword(town, letter!.token, "yet another password")).toEqual({ ok: false, refusal: { code: "linkOver" } });
    expect(await eventsOf(town, `access:${userId}`)).toEqual(["PasswordSet"]);
  });

  test("an address nobody has looks the same, and nothing is sent", async () => {
    expect(await forgotPassword(town, { email: "nobody@example.com" }, HERE)).toEqual({ ok: true });
    expect(await letters(town)).toEqual([]);
  });

  test("the link is over after an hour, and a forged one at once", async () => {
    await person(town, { email: "ana@example.com" });
    await forgotPassword(town, { email: "ana@example.com" }, HERE);
    const [letter] = await letters(town);
    expect(await passwordLinkOwner(town, `${letter!.token.split(".")[0]}.AAAAAAAAAAAAAAAAAAAAAA`)).toBeNull();
    town.wait(HOUR + 1);
    expect(await setPassword(town, letter!.token, "a whole new password")).toEqual({ ok: false, refusal: { code: "linkOver" } });
  });

  test("the link lies in no table, only its hash", async () => {
    await person(town, { email: "ana@example.com" });
    await forgotPassword(town, { email: "ana@example.com" }, HERE);
    const [letter] = await letters(town);
    const mac = letter!.token.split(".")[1]!;
    const rows = JSON.stringify(await town.port.query("SELECT identifier, value FROM auth_verification")) + letter!.payload;
    expect(rows).not.toContain(mac);
  });
});

test("a person made for set-up or loading signs in like everybody else", async () => {
  const made = await createUser(town, { email: "dee@utility.example", password: PASSWORD, name: "Dee", role: "billing", language: "en" });
  expect(made).toMatchObject({ ok: true });
  expect(await sessionFor(town, "dee@utility.example")).toMatchObject({ role: "billing" });
  expect(await eventsOf(town, `staff:${made.ok && made.userId}`)).toEqual(["StaffCreated"]);
  expect(await createUser(town, { email: "dee@utility.example", password: PASSWORD, name: "Dee", role: "customer", language: "en" })).toEqual({ ok: false, refusal: { code: "emailTaken", field: "email" } });
});

describe("the first administrator", () => {
  const first = { email: "ada@utility.example", password: PASSWORD, name: "Ada", language: "en" };

  test("is made once, also when two people set up at the same time", async () => {
    const both = await Promise.all([createFirstAdministrator(town, first), createFirstAdministrator(town, { ...first, email: "bob@utility.example" })]);
    expect(both.map((made) => made.ok).sort()).toEqual([false, true]);
    expect(await createFirstAdministrator(town, { ...first, email: "eve@utility.example" })).toEqual({ ok: false, refusal: { code: "staffExists" } });
    expect(await town.port.query("SELECT role FROM auth_user")).toEqual([{ role: "admin" }]);
  });
});
