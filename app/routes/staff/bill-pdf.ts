import type { Route } from "./+types/bill-pdf";
import { billDocument } from "../../../worker/operations/bill-documents.ts";
import { loadPlace } from "../../../worker/operations/place.ts";
import { requestContext } from "../../context.ts";
import { setBaseHeaders } from "../../security-headers.ts";
import { answering, refused } from "../../session.server.ts";
import { atWork } from "./staff.server.ts";

/** The bill as a PDF, as the customer gets it in English. Its renderer is loaded only here: no other page waits for it. */
export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:bill:any");
  const context = asked.context.get(requestContext);
  const { zone } = await loadPlace(context);
  const { billTemplate } = await import("../../documents/bill-pdf.server.ts");
  const document = await answering(() => billDocument(world, context, actor, asked.params.billId, billTemplate("en", zone)));
  if (!document) throw refused(404, "There is no such bill.");
  const { number, bytes, hash } = document;
  const headers = new Headers({ "content-type": "application/pdf", "content-disposition": `inline; filename="${number.replace(/[^\w.-]/g, "")}.pdf"`, etag: `"${hash}"` });
  setBaseHeaders(headers);
  return new Response(bytes as BodyInit, { headers });
}
