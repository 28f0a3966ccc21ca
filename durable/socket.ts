/** Who sits behind a live socket. The Worker authenticates the upgrade and sets these headers; whatever a client sent under their names is removed there. */

export const SOCKET_USER_HEADER = "x-meterline-user";
export const SOCKET_SESSION_HEADER = "x-meterline-session";

/** Whose sockets: all of a person's, or those of one sign-in. */
export type SocketOwner = { readonly userId: string } | { readonly sessionId: string };

/** The tag under which the platform finds those sockets again, hibernated or not. */
export const socketTag = (owner: SocketOwner): string => ("userId" in owner ? `user:${owner.userId}` : `session:${owner.sessionId}`);

/** The tags of the socket that a request asks for; null when the Worker did not say who asks. */
export function socketTags({ headers }: Request): string[] | null {
  const userId = headers.get(SOCKET_USER_HEADER);
  const sessionId = headers.get(SOCKET_SESSION_HEADER);
  return userId && sessionId ? [socketTag({ userId }), socketTag({ sessionId })] : null;
}

/** Sockets that are gone must never break a commit's notices. */
export function sendQuietly(socket: WebSocket, text: string): void {
  try {
    socket.send(text);
  } catch {
    // Closed in this very moment; its client comes back with the last seq that it has.
  }
}

/** 1005, 1006 and 1015 are reserved: a peer reports them, nobody may send them. */
export function closeQuietly(socket: WebSocket, code: number, reason: string): void {
  const sendable = code === 1000 || (code >= 3000 && code <= 4999);
  try {
    socket.close(sendable ? code : 1000, reason);
  } catch {
    // Closed already.
  }
}
