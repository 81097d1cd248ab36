// Endpoints that send too much, or close late: against real servers on loopback, through pop-core as it ships.
import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createGzip, gzipSync } from 'node:zlib';
import { pipeline } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { boundedAgents, FREE_SOCKET_MS } from '../../../../../daemon/ecs/transport/bounded-agent.ts';
import { PopTransport } from '../../../../../daemon/ecs/transport/pop-transport.ts';
import { ok } from '../../../../../reconciler/model/result.ts';
import {
  startFakeEndpoint,
  text,
  type FakeEndpoint,
  type Script,
} from '../../../../support/fake-endpoint.ts';

const MIB = 1024 ** 2;
const PARAMS = { RegionId: 'cn-hangzhou', SecurityGroupId: 'sg-1' };

const open: FakeEndpoint[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((endpoint) => endpoint.close()));
});

async function startWith(script: Script): Promise<{ endpoint: FakeEndpoint; transport: PopTransport }> {
  const endpoint = await startFakeEndpoint(script);
  open.push(endpoint);
  const credentials = { accessKeyId: 'AKID', accessKeySecret: 'S3cr3tKey', securityToken: null };
  const transport = new PopTransport({
    credentials: {
      get: () => Promise.resolve(ok(credentials)),
      forget: () => undefined,
      keyPlaces: { id: 'the variable ID', secret: 'the variable KEY' },
    },
    endpoint: endpoint.url,
    allowPlainHttp: false,
    timeoutMs: 60_000,
    maxSockets: 4,
  });
  return { endpoint, transport };
}

/** Bytes that the server was let send, and how much memory the answer took at most. */
async function answerOf(script: (response: ServerResponse) => void) {
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
  const { transport, endpoint } = await startWith((_call, response) => script(response));
  const answer = await transport.call('DescribeSecurityGroupAttribute', PARAMS);
  clearInterval(watch);
  return { answer, endpoint, grewBy: Math.max(most, process.memoryUsage().rss) - before };
}

const tooLong = (endpoint: FakeEndpoint) => ({
  kind: 'failed',
  code: 'Transport.TooLong',
  message: expect.stringMatching(
    new RegExp(`^${endpoint.url} answered with more than 16 MiB, .* look at .endpoint. of the account`),
  ) as string,
});

/** Writes until the other side has gone. */
function flood(stream: NodeJS.WritableStream, total: number, onDone: () => void): void {
  const block = Buffer.alloc(MIB, ' ');
  let sent = 0;
  const more = (): void => {
    while (sent < total) {
      sent += block.length;
      if (!stream.write(block)) return void stream.once('drain', more);
    }
    stream.end(onDone);
  };
  more();
}

describe('an answer that is too long', () => {
  it('and plain is cut off while it comes, and its connection is closed', async () => {
    const closed: Array<Promise<unknown>> = [];
    const { answer, endpoint } = await answerOf((response) => {
      closed.push(once(response, 'close'));
      response.writeHead(200, { 'content-type': 'application/json' });
      flood(response, Infinity, () => undefined);
    });
    expect(answer).toEqual(tooLong(endpoint));
    await Promise.all(closed);
  });

  it('inflates to 1.9 GB from 1.9 MB and is cut off at 16 MiB', async () => {
    const { answer, endpoint, grewBy } = await answerOf((response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      const gzip = createGzip({ level: 1 });
      pipeline(gzip, response, () => undefined);
      flood(gzip, 1900 * MIB, () => undefined);
    });
    expect(answer).toEqual(tooLong(endpoint));
    expect(grewBy).toBeLessThan(500 * MIB);
  });

  it('is a failure of its call alone: the next one is answered', async () => {
    const { endpoint, transport } = await startWith(text(' '.repeat(17 * MIB), 200));
    expect(await transport.call('DescribeSecurityGroups', PARAMS)).toEqual(tooLong(endpoint));
    endpoint.answer(text('{"RequestId":"R-1"}', 200));
    const body = { RequestId: 'R-1' };
    expect(await transport.call('DescribeSecurityGroups', PARAMS)).toMatchObject({ kind: 'answered', body });
  });
});

describe('an answer that is not too long', () => {
  const long = JSON.stringify({ RequestId: 'R-1', Filler: 'x'.repeat(15 * MIB) });

  it.each([
    ['plain', text(long, 200)],
    [
      'compressed',
      ((_call, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.end(gzipSync(long));
      }) satisfies Script,
    ],
  ])('comes whole, %s', async (_name, script) => {
    const { transport } = await startWith(script);
    const answer = await transport.call('DescribeSecurityGroups', PARAMS);
    expect(answer).toMatchObject({ kind: 'answered', body: { RequestId: 'R-1' } });
  });
});

describe('a connection that is not in use', () => {
  it('is used again at once, and closed by this side, though the server would keep it', async () => {
    const server = createServer((_request, response) => response.end('{}'));
    server.keepAliveTimeout = 120_000;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const sockets: Socket[] = [];
    server.on('connection', (socket) => sockets.push(socket));
    const agents = boundedAgents(4, 300);
    for (let call = 0; call < 2; call += 1) {
      const request = get({ port, host: '127.0.0.1', agent: agents.http });
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      await once(response.resume(), 'end');
    }
    expect(sockets).toHaveLength(1);
    await once(sockets[0] ?? expect.fail('no connection'), 'close');
    server.close();
  });

  it('is given up before the vendor does, which is after about 10 s', () => {
    expect(FREE_SOCKET_MS).toBeLessThan(10_000);
    const { http, https } = boundedAgents(4);
    for (const agent of [http, https]) expect(agent).toHaveProperty('options.timeout', FREE_SOCKET_MS);
  });
});
