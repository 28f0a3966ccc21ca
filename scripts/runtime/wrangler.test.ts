import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { unstable_readConfig as readConfig } from "wrangler";
import { CRON } from "../start/cron.ts";
import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from "./compatibility.ts";
import { ROOT, VERSION } from "./root.ts";
import { describeWorker } from "./worker.ts";

/** The part of wrangler's reading that is compared here. */
interface CloudflareConfig {
  compatibility_date: string;
  compatibility_flags: string[];
  durable_objects: { bindings: { name: string; class_name: string }[] };
  migrations: { new_sqlite_classes?: string[] }[];
  r2_buckets: { binding: string; bucket_name: string }[];
  queues: { producers: { binding: string; queue: string }[]; consumers: { queue: string }[] };
  triggers: { crons: string[] };
  vars: Record<string, string>;
}

const cloudflare = readConfig({ config: join(ROOT, "wrangler.toml") }) as unknown as CloudflareConfig;
const local = describeWorker({
  build: { id: "", server: "/server", client: "/client" },
  dataDir: "/data",
  port: 8787,
  databaseUrl: "http://127.0.0.1:1",
  secrets: { secretKey: "" },
  publicUrl: "http://localhost:8787",
});

describe("what runs on this machine is what is deployed to Cloudflare", () => {
  test("the same runtime", () => {
    expect(cloudflare.compatibility_date).toBe(COMPATIBILITY_DATE);
    expect(cloudflare.compatibility_flags).toEqual(COMPATIBILITY_FLAGS);
  });

  test("the same objects, each with its storage declared", () => {
    const bindings = cloudflare.durable_objects.bindings.map(({ name, class_name }) => [name, { className: class_name, useSQLite: true }]);
    expect(Object.fromEntries(bindings)).toEqual(local.durableObjects);
    const declared = cloudflare.migrations.flatMap(({ new_sqlite_classes }) => new_sqlite_classes ?? []);
    expect(declared.sort()).toEqual(cloudflare.durable_objects.bindings.map(({ class_name }) => class_name).sort());
  });

  test("the same files, queue and cron", () => {
    expect(Object.fromEntries(cloudflare.r2_buckets.map(({ binding, bucket_name }) => [binding, bucket_name]))).toEqual(local.r2Buckets);
    expect(Object.fromEntries(cloudflare.queues.producers.map(({ binding, queue }) => [binding, { queueName: queue }]))).toEqual(local.queueProducers);
    expect(cloudflare.queues.consumers.map(({ queue }) => queue)).toEqual(Object.keys(local.queueConsumers));
    expect(cloudflare.triggers.crons).toEqual([CRON]);
  });

  test("the same variables: those that are secret are named in a comment and have no value", () => {
    const secrets = ["SECRET_KEY", "DATABASE_TOKEN"];
    const text = readFileSync(join(ROOT, "wrangler.toml"), "utf8");
    for (const secret of secrets) expect(text).toMatch(new RegExp(`^# +${secret} `, "m"));
    expect(Object.keys(cloudflare.vars).sort()).toEqual(
      Object.keys(local.bindings)
        .filter((name) => !secrets.includes(name))
        .sort(),
    );
    expect(cloudflare.vars.VERSION).toBe(VERSION);
  });
});
