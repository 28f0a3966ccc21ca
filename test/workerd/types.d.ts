/** What `env` and `exports` of "cloudflare:workers" are in tests inside workerd. */
declare namespace Cloudflare {
  interface GlobalProps {
    mainModule: typeof import("./worker.ts");
  }
  interface Env extends MeterlineEnv {
    /** Steers the connection to the database (database.ts). */
    readonly DATABASE_CONTROL: string;
  }
}
type MeterlineEnv = import("../../durable/env.ts").Env;
