import { renderToReadableStream } from "react-dom/server";
import { type HandleDataRequestFunction, type HandleErrorFunction, type HandleDocumentRequestFunction, isRouteErrorResponse, ServerRouter } from "react-router";
import { NonceContext } from "./nonce.ts";
import { newNonce, setBaseHeaders, setDocumentHeaders } from "./security-headers.ts";

/** Longer than the slowest page may take; then the render is given up and the error page is sent. */
const RENDER_LIMIT_MS = 10_000;

/** A document: rendered whole before the first byte goes out, so that a failing page is an error and not half a page. */
const handleDocument: HandleDocumentRequestFunction = async (request, status, headers, routerContext) => {
  const nonce = newNonce();
  setDocumentHeaders(headers, nonce, new URL(request.url).protocol === "https:");
  headers.set("content-type", "text/html; charset=utf-8");
  if (request.method === "HEAD") return new Response(null, { status, headers });

  let failed = false;
  const body = await renderToReadableStream(
    <NonceContext value={nonce}>
      <ServerRouter context={routerContext} url={request.url} nonce={nonce} />
    </NonceContext>,
    {
      nonce,
      signal: AbortSignal.timeout(RENDER_LIMIT_MS),
      onError(error) {
        failed = true;
        console.error(error);
      },
    },
  );
  await body.allReady;
  return new Response(body, { status: failed && status < 500 ? 500 : status, headers });
};

export default handleDocument;

/** What a page asks for on a navigation within the browser. */
export const handleDataRequest: HandleDataRequestFunction = (response) => {
  const headers = new Headers(response.headers);
  setBaseHeaders(headers);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
};

/** A request that the browser gave up, or an address that does not exist, is no error of ours. */
export const handleError: HandleErrorFunction = (error, { request }) => {
  if (request.signal.aborted || isRouteErrorResponse(error)) return;
  console.error(error);
};
