/** What is sent to a page, before any action sees it. */
import { expect, test } from "vitest";
import { RouterContextProvider } from "react-router";
import type { Role } from "../domain/lifecycle/permissions.ts";
import type { Session } from "../worker/operations/people.ts";
import { readableForm } from "./readable-form.server.ts";
import { sessionContext } from "./session.server.ts";

type Asked = Parameters<typeof readableForm>[0];

/** The status of what a body is answered, whoever sends it; 200 where the page gets it and reads it. */
async function answered(body: BodyInit, contentType?: string, role: Role | null = null): Promise<number | undefined> {
  const request = new Request("http://meterline.test/portal/usage", { method: "POST", body, headers: contentType === undefined ? {} : { "content-type": contentType }, duplex: "half" } as RequestInit);
  const context = new RouterContextProvider();
  context.set(sessionContext, { session: role === null ? null : ({ role } as Session) });
  const page = async () => {
    await request.formData();
    return new Response("taken");
  };
  try {
    const answer = await readableForm({ request, context } as unknown as Asked, page);
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

/** A form that says nothing of its length, and how much of it was asked for. */
function unmeasured(bytes: number): { readonly body: ReadableStream<Uint8Array>; readonly sent: () => number } {
  const begin = new TextEncoder().encode("text=");
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent >= bytes) return controller.close();
      const piece = new Uint8Array(64 * 1024).fill(97);
      if (sent === 0) piece.set(begin);
      sent += piece.byteLength;
      controller.enqueue(piece);
    },
  });
  return { body, sent: () => sent };
}

const MB = 1024 * 1024;
const URLENCODED = "application/x-www-form-urlencoded";

test("of a form that tells no length no more is read than may be, and of somebody unknown little", async () => {
  for (const [role, most] of [[null, MB / 2], ["customer", MB / 2], ["billing", 33 * MB]] as const) {
    const form = unmeasured(40 * MB);
    expect(await answered(form.body, URLENCODED, role), String(role)).toBe(413);
    expect(form.sent(), String(role)).toBeLessThan(most);
  }
  expect(await answered(unmeasured(2 * MB).body, URLENCODED, "billing")).toBe(200);
  expect(await answered(unmeasured(MB / 8).body, URLENCODED)).toBe(200);
});
