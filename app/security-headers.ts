/**
 * What every page tells the browser to refuse. A page of a utility loads from its own origin and from nowhere
 * else, runs only scripts that carry the nonce of its own answer, and is shown in nobody's frame.
 */

/** Headers for answers that are not documents: data of pages, files of resource routes. */
export function setBaseHeaders(headers: Headers): void {
  headers.set("x-content-type-options", "nosniff");
  headers.set("referrer-policy", "same-origin");
  headers.set("cross-origin-opener-policy", "same-origin");
  headers.set("cross-origin-resource-policy", "same-origin");
  headers.set("permissions-policy", "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()");
  // Pages hold people's accounts: on a shared computer the back button must not show them after sign-out.
  if (!headers.has("cache-control")) headers.set("cache-control", "private, no-store");
}

/**
 * Headers for a document. `secure` says that the request came over https: only then is the browser told to keep
 * to it, so that a machine serving plain http on loopback stays reachable.
 */
export function setDocumentHeaders(headers: Headers, nonce: string, secure: boolean): void {
  setBaseHeaders(headers);
  headers.set("content-security-policy", contentSecurityPolicy(nonce));
  headers.set("x-frame-options", "DENY");
  if (secure) headers.set("strict-transport-security", "max-age=31536000; includeSubDomains");
}

/** 128 bits, new for every document. */
export function newNonce(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
}

function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    // Positions and widths that are computed on the server stand in style attributes.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    // 'self' covers the WebSocket of the same host and port as well.
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
