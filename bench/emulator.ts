// How many signed calls the emulator answers a second, and whether its memory stays where it is. The client runs in
// this process and the emulator in another one. What counts is the emulator's own time on a processor, so that
// neither a slow client nor a busy machine slanders it.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { EMULATOR_KEY, requestV1, requestV3, type SigningOptions } from '../test/support/signing.ts';
import { GROUP, REGION, RULES, type Figures } from './emulator-group.ts';

const REQUESTS = 100_000;
/** The first two fill what remembers calls and nonces, which is bounded; the last one shows whether it is. */
const ROUNDS = ['V1', 'V3', 'V1'] as const;
const CONNECTIONS = 16;
const PARAMETERS = { RegionId: REGION, SecurityGroupId: GROUP, NicType: 'intranet', MaxResults: '500' };
const ACTION = 'DescribeSecurityGroupAttribute';

export async function benchEmulator(): Promise<void> {
  const emulator = fork(fileURLToPath(new URL('emulator-process.ts', import.meta.url)), {
    execArgv: [...process.execArgv, '--expose-gc'],
  });
  try {
    const [started] = (await once(emulator, 'message')) as [Figures];
    console.log(`${ACTION} of ${RULES} rules, ${REQUESTS} requests a round, ${CONNECTIONS} connections`);
    console.log('round  signature  requests/s  per core second  heap MB  resident MB');
    let before = await figuresOf(emulator);
    for (const [round, scheme] of ROUNDS.entries()) {
      const startedMs = performance.now();
      await load(started.url, scheme);
      const tookMs = performance.now() - startedMs;
      const after = await figuresOf(emulator);
      const cells = [String(round + 1).padStart(5), scheme.padEnd(9), ...cellsOf(tookMs, before, after)];
      console.log(cells.join('  '));
      before = after;
    }
  } finally {
    emulator.disconnect();
  }
}

async function figuresOf(emulator: ChildProcess): Promise<Figures> {
  emulator.send('figures');
  const [figures] = (await once(emulator, 'message')) as [Figures];
  return figures;
}

function cellsOf(tookMs: number, before: Figures, after: Figures): string[] {
  const perSecond = (REQUESTS / tookMs) * 1000;
  const perCoreSecond = (REQUESTS / (after.cpuMs - before.cpuMs)) * 1000;
  return [
    perSecond.toFixed(0).padStart(10),
    perCoreSecond.toFixed(0).padStart(15),
    megabytes(after.heapBytes).padStart(7),
    megabytes(after.residentBytes).padStart(11),
  ];
}

const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

/** Sends all requests, each signed by itself, over a few connections that are always busy. */
async function load(url: string, scheme: 'V1' | 'V3'): Promise<void> {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let left = REQUESTS;
  const client = async () => {
    while (left > 0) {
      left -= 1;
      await call({ agent, hostname, port, scheme, nonce: `${scheme}-${performance.now()}-${left}` });
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  agent.destroy();
}

interface CallOptions {
  readonly agent: Agent;
  readonly hostname: string;
  readonly port: string;
  readonly scheme: 'V1' | 'V3';
  readonly nonce: string;
}

function call({ agent, hostname, port, scheme, nonce }: CallOptions): Promise<void> {
  const signing: SigningOptions = { key: EMULATOR_KEY, nowMs: Date.now(), nonce, method: 'GET' };
  const { target, headers } = (scheme === 'V1' ? requestV1 : requestV3)(ACTION, PARAMETERS, signing);
  return new Promise((resolve, reject) => {
    const sent = request({ agent, hostname, port, path: target, headers: { ...headers } }, (response) => {
      response.resume();
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`the emulator answered ${response.statusCode}`));
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}
