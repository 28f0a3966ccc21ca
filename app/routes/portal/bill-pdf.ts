import type { Route } from "./+types/bill-pdf";
import { NOT_FOUND_MESSAGE } from "../../../domain/lifecycle/permissions.ts";
import { billDocument } from "../../../worker/operations/bill-documents.ts";
import { loadPlace } from "../../../worker/operations/place.ts";
import { requestContext } from "../../context.ts";
import { setBaseHeaders } from "../../security-headers.ts";
import { answering, localeOf, refused } from "../../session.server.ts";
import { lookingAt } from "./account.server.ts";

/** The bill as a PDF in the reader's language. Its renderer is loaded only here: no other page waits for it. */
export async function loader(asked: Route.LoaderArgs) {
  const { session: { actor }, world } = lookingAt(asked);
  const context = asked.context.get(requestContext);
  const locale = localeOf(asked);
  const { zone } = await loadPlace(context);
  const { billTemplate } = await import("../../documents/bill-pdf.server.ts");
  const document = await answering(() => billDocument(world, context, actor, asked.params.billId, billTemplate(locale, zone)));
  if (!document) throw refused(404, NOT_FOUND_MESSAGE);
  const { number, bytes, hash } = document;
  const headers = new Headers({ "content-type": "application/pdf", "content-disposition": `inline; filename="${number.replace(/[^\w.-]/g, "")}.pdf"`, etag: `"${hash}"` });
  setBaseHeaders(headers);
  return new Response(bytes as BodyInit, { headers });
}
