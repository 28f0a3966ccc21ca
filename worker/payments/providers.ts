/** The payment providers that are switched on, by name. */
import { deriveKey } from "../../db/keys.ts";
import type { Env } from "../../durable/env.ts";
import type { PaymentProvider } from "./provider.ts";
import { TestProvider } from "./test-provider.ts";

export function testProvider(env: Env): TestProvider | null {
  return env.TEST_PROVIDER === "1" ? new TestProvider(deriveKey(env.SECRET_KEY, "provider:test"), env.PUBLIC_URL) : null;
}

export function providerNamed(env: Env, name: string): PaymentProvider | null {
  return name === "test" ? testProvider(env) : null;
}

/** The provider of the portal; null when none is switched on, and then the portal says how else to pay. */
export function portalProvider(env: Env): PaymentProvider | null {
  return testProvider(env);
}
