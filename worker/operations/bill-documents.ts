/** The document made of a bill: rendered when somebody first asks for it, kept with its template and hash, and the same file ever after. */
import { createHash } from "node:crypto";
import { UnavailableError, type SqlPort } from "../../db/port.ts";
import { settingsOn } from "../../db/utility.ts";
import type { Setting } from "../../domain/lifecycle/settings.ts";
import { requireOnAccount, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { billPage, type BillPage } from "./billing.ts";
import type { RequestContext, World } from "./context.ts";

/** What a bill on paper says beside the bill. */
export interface PaperFacts {
  /** As it was called and where it was on the day of the bill. */
  readonly utility: Setting<"utility">;
  /** Where the service is delivered. */
  readonly service: string | null;
  readonly portalUrl: string;
}

/** How a bill is turned into a file. The name carries version and language: another template makes another document. */
export interface BillTemplate {
  readonly template: string;
  readonly render: (bill: BillPage, facts: PaperFacts) => Promise<Uint8Array>;
}

export interface BillDocument {
  readonly accountId: string;
  readonly number: string;
  readonly bytes: Uint8Array | ReadableStream;
  /** SHA-256 of the file, hex. */
  readonly hash: string;
}

interface Known {
  readonly accountId: string;
  readonly number: string;
  readonly key: string | null;
  readonly hash: string | null;
}

/**
 * The bill's document; null when there is no such bill. A file that is gone from the store, or could not be kept, is made
 * again from the frozen snapshot, and is the same.
 * @throws ForbiddenError, UnavailableError
 */
export async function billDocument(world: World, { env }: Pick<RequestContext, "env">, actor: UserActor, billId: string, { template, render }: BillTemplate): Promise<BillDocument | null> {
  const { port } = world;
  const [known] = await port.query<Known>(
    `SELECT b.account_id AS "accountId", b.number, d.key, d.hash FROM bill AS b LEFT JOIN bill_document AS d ON d.bill_id = b.id AND d.template = ? WHERE b.id = ?`,
    [template, billId],
  );
  // Whether it exists is told only to those who may see it.
  requireOnAccount(actor, "read:bill", known?.accountId ?? "");
  if (!known) return null;
  const { accountId, number, key, hash } = known;
  const file = key === null ? null : await env.FILES.get(key);
  if (file && hash !== null) return { accountId, number, bytes: file.body, hash };
  const page = (await billPage(world, actor, billId))!;
  const bytes = await render(page, await paperFacts(world, page, env.PUBLIC_URL));
  const made = createHash("sha256").update(bytes).digest("hex");
  await keep(port, env.FILES, { billId, template, bytes, hash: made, now: world.now() });
  return { accountId, number, bytes, hash: made };
}

async function paperFacts({ port, now }: World, { bill, segments }: BillPage, publicUrl: string): Promise<PaperFacts> {
  const [{ utility }, [premise]] = await Promise.all([
    settingsOn(port, bill.issuedOn, now()),
    port.query<{ address: string }>("SELECT line || ', ' || city AS address FROM premise WHERE id = ?", [segments[0]?.premiseId ?? ""]),
  ]);
  return { utility, service: premise?.address ?? null, portalUrl: new URL(publicUrl).host };
}

/** The file first, then the row: no row names a file that is not there. */
async function keep(port: SqlPort, files: R2Bucket, { billId, template, bytes, hash, now }: { readonly billId: string; readonly template: string; readonly bytes: Uint8Array; readonly hash: string; readonly now: number }): Promise<void> {
  const key = `bills/${billId}/${template}-${hash.slice(0, 16)}.pdf`;
  await files.put(key, bytes, { httpMetadata: { contentType: "application/pdf" }, customMetadata: { billId, template, hash } });
  try {
    await port.write([{
      sql: `INSERT INTO bill_document (bill_id, template, key, hash, rendered_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (bill_id, template) DO UPDATE SET key = excluded.key, hash = excluded.hash, rendered_at = excluded.rendered_at`,
      args: [billId, template, key, hash, now],
    }]);
  } catch (error) {
    // The reader has the document all the same; it is made again the next time.
    if (!(error instanceof UnavailableError)) throw error;
  }
}
