/** Who sits behind a live socket. The Worker authenticates the upgrade and sets these headers; whatever a client sent under their names is removed there. */

export const SOCKET_USER_HEADER = "x-meterline-user";

/** Survives hibernation in the socket's attachment (at most 16 KB). */
export interface SocketAttachment {
  readonly v: 1;
  readonly userId: string;
}

export const attachmentOf = (socket: WebSocket): SocketAttachment | null => socket.deserializeAttachment() as SocketAttachment | null;

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
