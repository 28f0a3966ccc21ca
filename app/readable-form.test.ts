/** What is sent to a page, before any action sees it. */
import { expect, test } from "vitest";
import { readableForm } from "./readable-form.server.ts";

type Asked = Parameters<typeof readableForm>[0];

/** The status of what a body is answered; 200 where the page gets it. */
async function answered(body: BodyInit, contentType?: string): Promise<number | undefined> {
  const request = new Request("http://meterline.test/portal/usage", { method: "POST", body, headers: contentType === undefined ? {} : { "content-type": contentType } });
  try {
    const answer = await readableForm({ request } as Asked, async () => new Response("taken"));
    return (answer as Response).status;
  } catch (error) {
    return (error as { init?: { status?: number } }).init?.status;
  }
}

const under = (...commandIds: string[]) => answered(new URLSearchParams(commandIds.map((id): [string, string] => ["commandId", id])));

test("a form is taken under the number that its page gave it, or under none", async () => {
  expect(await under(crypto.randomUUID())).toBe(200);
  expect(await under(`${crypto.randomUUID()}:leak:SP-1:2026-06-01`)).toBe(200);
  expect(await under("")).toBe(200);
  expect(await under()).toBe(200);
});

test("the number of one of the product's own commands is nobody's to take", async () => {
  for (const id of ["clock:cycle-01:2026-12-01:2026-12-01", "finish:run-2026-12-01:7", "winter:sewer-res:2026-04-01", "window-closed:run-2026-12-01", "set-up", "x".repeat(65), `${crypto.randomUUID()}:${"x".repeat(201)}`]) {
    expect(await under(id), id).toBe(400);
  }
  expect(await under(crypto.randomUUID(), "set-up")).toBe(400);
});

test("what is no form, or arrived broken, is the sender's mistake", async () => {
  expect(await answered("{}", "application/json")).toBe(415);
  expect(await answered("--x", "multipart/form-data; boundary=y")).toBe(400);
});
