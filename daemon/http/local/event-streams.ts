// `/api/events`: what happens from now on, line by line, for whoever listens. A reader that is slow or gone costs the
// daemon nothing but its place.
import type { ServerResponse } from 'node:http';

export interface StreamBounds {
  /** Read at once; each holds one of the server's connections. */
  readonly streams: number;
  /** That a reader may be behind before it is dropped. */
  readonly unreadBytes: number;
  /** A comment is sent so often, lest proxies take the connection for a dead one. */
  readonly heartbeatMs: number;
}

export const STREAM_BOUNDS: StreamBounds = { streams: 16, unreadBytes: 1024 * 1024, heartbeatMs: 15_000 };

/** After so long a reader that lost its connection asks again. */
const RECONNECT_MS = 3000;

/** Takes the lines of the log as JSON, each with its line feed, and sends each as a message of server-sent events. */
export class EventStreams {
  readonly #bounds: StreamBounds;
  readonly #open = new Set<ServerResponse>();
  #heartbeat: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(bounds: StreamBounds = STREAM_BOUNDS) {
    this.#bounds = bounds;
  }

  get hasReaders(): boolean {
    return this.#open.size > 0;
  }

  get isFull(): boolean {
    return this.#isClosed || this.#open.size >= this.#bounds.streams;
  }

  /** Call it only while it `isFull` no more. The head of the response must not be written yet. */
  open(response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    this.#open.add(response);
    response.once('close', () => this.#drop(response));
    this.#heartbeat ??= setInterval(() => this.#send(': still here\n\n'), this.#bounds.heartbeatMs).unref();
    // What a reader has missed is not repeated: it reads `/api/status` when this comes.
    response.write(`retry: ${RECONNECT_MS}\n: connected\n\n`);
  }

  write(line: string): void {
    this.#send(`data: ${line.trimEnd()}\n\n`);
  }

  /** Ends all streams; none can be opened after it. */
  close(): void {
    this.#isClosed = true;
    for (const response of this.#open) response.end();
  }

  #send(text: string): void {
    for (const response of this.#open) {
      if (response.writableLength > this.#bounds.unreadBytes) response.destroy();
      else response.write(text);
    }
  }

  #drop(response: ServerResponse): void {
    this.#open.delete(response);
    if (this.hasReaders || this.#heartbeat === null) return;
    clearInterval(this.#heartbeat);
    this.#heartbeat = null;
  }
}
