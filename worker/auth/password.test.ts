import { expect, test } from "vitest";
import { hashPassword, verifyPassword } from "./password.ts";

test("a password is known again, and no other", async () => {
  const hash = await hashPassword("correct horse battery");
  expect(hash).toMatch(/^scrypt\$16384\$8\$5\$[\w-]{22}\$[\w-]{43}$/);
  expect(await verifyPassword({ hash, password: "correct horse battery" })).toBe(true);
  expect(await verifyPassword({ hash, password: "correct horse battery " })).toBe(false);
});

test("the same password twice is two hashes", async () => {
  const [one, two] = await Promise.all([hashPassword("correct horse battery"), hashPassword("correct horse battery")]);
  expect(one).not.toBe(two);
});

test("the same letters composed otherwise are the same password", async () => {
  const hash = await hashPassword("contraseña larga");
  expect(await verifyPassword({ hash, password: "contraseña larga".normalize("NFD") })).toBe(true);
});

test("what is no hash of ours matches nothing and breaks nothing", async () => {
  for (const hash of ["", "plain", "scrypt$16384$8$5$$", "bcrypt$16384$8$5$AAAA$AAAA", "scrypt$x$8$5$AAAA$AAAA", "scrypt$16383$8$5$AAAA$AAAA"]) {
    expect(await verifyPassword({ hash, password: "" })).toBe(false);
  }
});
