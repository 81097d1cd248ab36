// A port and the server behind it: what the daemon's own answers and its hooks have in common.
import type { Server } from 'node:http';
import { err, ok, type Result } from '../../reconciler/model/result.ts';
import { isLoopbackHost } from '../config/accounts/endpoint.ts';
import { hostInUrl, type ListenAddress } from '../config/listen.ts';

export interface HttpServer {
  /** With the port that was really taken. */
  readonly url: string;
  /** Lets answers under way end, for a second at most. May be called twice. */
  close(): Promise<void>;
}

const CLOSE_GRACE_MS = 1000;

/** Answers once the port is taken; the error is a sentence that names the address. */
export async function listenOn(
  { host, port }: ListenAddress,
  server: Server,
): Promise<Result<HttpServer, string>> {
  const failure = await listening(server, { host, port });
  if (failure !== null) return err(`cannot listen on ${hostInUrl(host)}:${port}: ${failure.message}`);
  const address = server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  let closing: Promise<void> | null = null;
  return ok({
    url: `http://${hostInUrl(host)}:${taken}`,
    close: () => (closing ??= closeServer(server)),
  });
}

/** Null once the server listens. */
function listening(server: Server, { host, port }: ListenAddress): Promise<Error | null> {
  return new Promise((resolve) => {
    server.once('error', resolve);
    server.listen({ host, port }, () => {
      server.off('error', resolve);
      resolve(null);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** Of the value of a Host header: the name or address without a port, in lower case. */
export const hostWithoutPort = (header: string): string => header.replace(/:\d+$/, '').toLowerCase();

/** The value of a Host header: a name or address, with or without a port. */
export const namesLoopback = (header: string): boolean => isLoopbackHost(hostWithoutPort(header));
