/**
 * Streams of a libSQL server that are used again. A new one makes the server open a connection and read its schema, two
 * milliseconds for sixty tables; one that is kept answers a small question in a third of the time. What is kept is only a
 * ticket (a "baton"), no connection of ours, so that all requests of a Worker may share it.
 */

/** Where the next request of a stream goes, and the ticket that it shows. */
export interface Stream {
  readonly baton: string;
  readonly url: string;
}

/** Open at the same time and kept. A server has some hundred connections for all its clients; more requests at once get a stream each. */
const STREAMS_MAX = 8;
/** The server ends a stream that was idle for ten seconds. */
const IDLE_MAX_MS = 5_000;

export class Streams {
  readonly #idle: (Stream & { readonly since: number })[] = [];
  #open = 0;

  /** One to go on with, "new" for one that will be kept, "single" for one that the request itself closes. */
  take(now: number): Stream | "new" | "single" {
    for (let stream = this.#idle.pop(); stream; stream = this.#idle.pop()) {
      if (now - stream.since < IDLE_MAX_MS) return stream;
      this.#open -= 1;
    }
    if (this.#open >= STREAMS_MAX) return "single";
    this.#open += 1;
    return "new";
  }

  /** The stream goes on; to be said of each that was not "single", or `lose`. */
  keep(stream: Stream, now: number): void {
    this.#idle.push({ ...stream, since: now });
  }

  /** The stream has ended, or nobody knows. */
  lose(): void {
    this.#open -= 1;
  }
}

const streams = new Map<string, Streams>();

/** Those of a server, for everybody in this process who speaks to it with the same authority. */
export function streamsOf(address: string, authToken: string | undefined): Streams {
  const key = `${authToken ?? ""} ${address}`;
  const known = streams.get(key);
  if (known) return known;
  const made = new Streams();
  streams.set(key, made);
  return made;
}
