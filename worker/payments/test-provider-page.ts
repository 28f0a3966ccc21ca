/**
 * The hosted page of the test provider. It stands for another company's site: own address, own look, and it talks to the
 * utility only as a real provider does, by redirect and by a signed webhook over HTTP.
 */
import { Hono, type Context } from "hono";
import { html } from "hono/html";
import { secureHeaders } from "hono/secure-headers";
import { formatDollars } from "../../domain/money/cents.ts";
import type { Env } from "../../durable/env.ts";
import type { Checkout, ProviderEvent } from "./provider.ts";
import { testProvider } from "./providers.ts";
import { SIGNATURE_HEADER, type TestProvider } from "./test-provider.ts";

/** Posts a webhook to this very Worker; given by the app, so that the request takes the whole road through it. */
export type PostWebhook = (request: Request, env: Env, ctx: Context["executionCtx"]) => Response | Promise<Response>;

export function testProviderPages(postWebhook: PostWebhook): Hono<{ Bindings: Env }> {
  const pages = new Hono<{ Bindings: Env }>();
  // Without a referrer a browser says "null" for where a form comes from, and its own button would be refused.
  pages.use(secureHeaders({ referrerPolicy: "same-origin", contentSecurityPolicy: { defaultSrc: ["'none'"], styleSrc: ["'unsafe-inline'"], formAction: ["'self'"], baseUri: ["'none'"], frameAncestors: ["'none'"] } }));

  pages.get("/checkout", (c) => {
    const { provider, checkout } = checkoutOf(c.env, c.req.query("token"));
    if (!provider) return c.text("The test payment provider is switched off.", 404);
    if (!checkout) return c.text("This checkout does not exist.", 404);
    return c.html(checkoutPage(checkout, c.req.query("token")!));
  });

  pages.post("/checkout", async (c) => {
    const form = await c.req.parseBody();
    const { provider, checkout } = checkoutOf(c.env, typeof form["token"] === "string" ? form["token"] : undefined);
    if (!provider) return c.text("The test payment provider is switched off.", 404);
    if (!checkout) return c.text("This checkout does not exist.", 404);
    if (form["decision"] !== "pay") return c.redirect(checkout.returnUrl, 303);
    const status = await announce(provider, checkout, (request) => postWebhook(request, c.env, c.executionCtx));
    // A provider keeps calling until it is heard; this one tells the person to press the button again.
    return status < 300 ? c.redirect(checkout.returnUrl, 303) : c.html(checkoutPage(checkout, String(form["token"]), `The utility could not be told (status ${status}). You have not been charged. Please try again.`), 502);
  });

  return pages;
}

function checkoutOf(env: Env, token: string | undefined): { provider: TestProvider | null; checkout: Checkout | null } {
  const provider = testProvider(env);
  return { provider, checkout: provider && token ? provider.readCheckout(token) : null };
}

async function announce(provider: TestProvider, checkout: Checkout, post: (request: Request) => Response | Promise<Response>): Promise<number> {
  const now = Date.now();
  const event: ProviderEvent = {
    kind: "succeeded", eventId: `evt_${checkout.intentId}`, intentId: checkout.intentId, accountId: checkout.accountId, amount: checkout.amount,
    tender: "card", reference: "Test card ending 4242", at: now,
  };
  const body = JSON.stringify(event);
  const response = await post(
    new Request(`${new URL(checkout.returnUrl).origin}/api/v1/webhooks/payments/${provider.name}`, { method: "POST", headers: { "content-type": "application/json", [SIGNATURE_HEADER]: provider.sign(body, now) }, body }),
  );
  await response.body?.cancel();
  return response.status;
}

function checkoutPage(checkout: Checkout, token: string, problem?: string) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Pay ${formatDollars(checkout.amount)} – Test payment provider</title>
        <style>
          :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
          body { margin: 0; min-height: 100svh; display: grid; place-items: center; background: light-dark(#eef1f6, #10141b); color: light-dark(#17202e, #e8edf5); }
          main { width: min(26rem, 100% - 2rem); padding: 2rem; border-radius: 12px; background: light-dark(#fff, #1a212c); box-shadow: 0 8px 32px #0002; }
          .tag { display: inline-block; padding: 0 0.5rem; border-radius: 4px; background: light-dark(#fff1cf, #4b3a08); color: light-dark(#5d4300, #ffe9b0); font-size: 0.875rem; }
          h1 { margin: 1rem 0 0; font-size: 2.25rem; font-variant-numeric: tabular-nums; }
          p { margin: 0.25rem 0 1.5rem; }
          button { width: 100%; padding: 0.75rem; border: 0; border-radius: 8px; font: inherit; font-weight: 600; cursor: pointer; }
          button:focus-visible { outline: 3px solid light-dark(#1c4fd8, #9db8ff); outline-offset: 2px; }
          .pay { background: #1c4fd8; color: #fff; } .back { margin-top: 0.75rem; background: transparent; color: inherit; }
          .problem { color: light-dark(#a11717, #ffb4ab); }
        </style>
      </head>
      <body>
        <main>
          <span class="tag">Test payment provider – no money moves</span>
          <h1>${formatDollars(checkout.amount)}</h1>
          <p>Utility account ${checkout.accountId}</p>
          ${problem ? html`<p class="problem" role="alert">${problem}</p>` : ""}
          <form method="post">
            <input type="hidden" name="token" value="${token}" />
            <button class="pay" name="decision" value="pay">Pay with test card 4242</button>
            <button class="back" name="decision" value="cancel">Cancel and go back</button>
          </form>
        </main>
      </body>
    </html>`;
}
