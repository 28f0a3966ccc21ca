import { expect, test } from "vitest";
import { isSignInLetter, writeSignInLetter, type SignInLetter } from "./letters.ts";
import { linkOf, readLink } from "./links.ts";

const letter: SignInLetter = { letter: "invitation", to: "ana@example.com", language: "es", linkId: "an-id", utility: "Ames Water" };

test("a letter is in the person's language and holds a link that works", () => {
  const written = writeSignInLetter(letter, "key", "https://utility.example");
  expect(written).toMatchObject({ to: "ana@example.com", subject: "Consulte su cuenta de Ames Water en línea" });
  const token = /https:\/\/utility\.example\/invitation\/(\S+)/.exec(written.text)?.[1];
  expect(readLink("key", token!)).toEqual(linkOf("key", "an-id"));
  expect(writeSignInLetter({ ...letter, language: "fr" }, "key", "").subject).toBe("See your Ames Water account online");
});

test("a link made under another key is none of ours", () => {
  const { token } = linkOf("key", "an-id");
  expect(readLink("another key", token)).toBeNull();
  for (const forged of ["", ".", "an-id", "an-id.", `${token}.x`, `x${token}`, `${token}x`]) expect(readLink("key", forged)).toBeNull();
});

test("other e-mails are not taken for letters about sign-ins", () => {
  expect(isSignInLetter(letter)).toBe(true);
  expect(isSignInLetter({ to: "ana@example.com", subject: "x", text: "y" })).toBe(false);
  expect(isSignInLetter(null)).toBe(false);
});
