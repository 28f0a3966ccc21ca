import { expect, test } from "vitest";
import { isAccountNumber, newAccountId } from "./account-number.ts";

test("Damm's published example: the check digit of 572 is 4", () => {
  // Eight digits are wanted here, so zeros stand before: they do not change the check digit.
  expect(isAccountNumber("00005724")).toBe(true);
  expect(isAccountNumber("00005727")).toBe(false);
});

test("the form that opens an account asks for the same number however often it is sent", () => {
  expect(newAccountId("7b0d2f8e-form")).toBe(newAccountId("7b0d2f8e-form"));
  expect(newAccountId("7b0d2f8e-form")).toMatch(/^[1-9]\d{7}$/);
  expect(newAccountId("another-form")).not.toBe(newAccountId("7b0d2f8e-form"));
});

test("a number that is taken gives way to the next attempt's", () => {
  const numbers = new Set(Array.from({ length: 20 }, (_, attempt) => newAccountId("one form", attempt)));
  expect(numbers.size).toBe(20);
  for (const number of numbers) expect(isAccountNumber(number)).toBe(true);
});

test("no single wrong digit and no exchange of neighbours goes unnoticed", () => {
  for (let account = 0; account < 200; account += 1) {
    const number = newAccountId(`account ${account}`);
    for (let at = 0; at < number.length; at += 1) {
      for (let digit = 0; digit < 10; digit += 1) {
        if (digit !== Number(number[at])) expect(isAccountNumber(`${number.slice(0, at)}${digit}${number.slice(at + 1)}`)).toBe(false);
      }
      if (at > 0 && number[at] !== number[at - 1]) {
        expect(isAccountNumber(`${number.slice(0, at - 1)}${number[at]}${number[at - 1]}${number.slice(at + 1)}`)).toBe(false);
      }
    }
  }
});

test("what is not eight digits is no account number", () => {
  for (const text of ["", "572", "1234-5678", "12345678 ", "abcdefgh"]) expect(isAccountNumber(text)).toBe(false);
});
