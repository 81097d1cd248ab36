// `tsx scripts/container-layout.ts`: the image of deploy/Containerfile without a container engine. Its steps are carried out into a
// folder, what lies there is looked at, and the program is started from there as the image would start it: as its user, who
// may write its state and nothing else, until it is ready, its health check answers, and a stop ends it with 0.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastOf, readStages, wordsOf, type Stage } from './container/containerfile.ts';
import { unpack } from './container/unpack.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '..');
const READY_SECONDS = 60;

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const folder = mkdtempSync(path.join(tmpdir(), 'rampart-image-'));
try {
  // Its user is to reach it.
  chmodSync(folder, 0o755);
  const stages = readStages(readFileSync(path.join(REPOSITORY, 'deploy/Containerfile'), 'utf8'));
  const image = stages.at(-1);
  assert(image !== undefined);
  for (const { base } of stages) assert.match(base, /^docker\.io\/library\/node:\S+@\$\{NODE_DIGEST\}$/);
  const { roots, leftOut } = unpack(stages, REPOSITORY, folder);
  for (const step of leftOut) console.log(`left to the base image: ${step}`);
  const root = roots.get('image') ?? '';
  assertContent(path.join(root, 'opt/rampart'));
  await assertRuns(image, root);
  console.log('the image holds what running needs, and runs');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function assertContent(program: string): void {
  assert.deepEqual(readdirSync(program).sort(), [
    'LICENSE',
    'config.example.yaml',
    'dist',
    'node_modules',
    'package.json',
  ]);
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(path.join(program, 'package.json'), 'utf8'),
  ) as Manifest;
  const isThere = (name: string) => readdirSync(path.join(program, 'node_modules', path.dirname(name)));
  for (const name of Object.keys(dependencies)) assert(isThere(name).includes(path.basename(name)), name);
  for (const name of Object.keys(devDependencies).filter((each) => !each.includes('/')))
    assert(!isThere(name).includes(name), `${name} is for development alone`);
  const files = readdirSync(path.join(program, 'dist'), { recursive: true, encoding: 'utf8' });
  assert.deepEqual(
    files.filter((file) => /(\.ts|\.tsbuildinfo)$/.test(file)),
    [],
  );
}

async function assertRuns(image: Stage, root: string): Promise<void> {
  const port = await freePort();
  const [uid = NaN, gid = NaN] = lastOf(image, 'USER').split(':').map(Number);
  assert(uid > 0 && gid > 0, 'USER is a number, and not the superuser');
  const user = process.getuid?.() === 0 ? { uid, gid } : {};
  writeFileSync(path.join(root, 'etc/rampart/config.yaml'), configAt(root, port));
  cpSync(path.join(REPOSITORY, 'policies'), path.join(root, 'etc/rampart/policies'), { recursive: true });
  cpSync(
    path.join(REPOSITORY, 'emulator/example-state.json'),
    path.join(root, 'etc/rampart/example-state.json'),
  );
  const placed = (words: readonly string[]): string[] =>
    words.map((word) => (word.startsWith('/') ? path.join(root, word) : word).replace(':8481/', `:${port}/`));
  const [tini, dashes, node, ...program] = wordsOf(image, 'ENTRYPOINT');
  assert.deepEqual([tini, dashes, node], ['/usr/bin/tini', '--', 'node']);
  const env = { PATH: process.env.PATH ?? '', NODE_ENV: 'production', HOME: '/tmp' };
  const child = spawn(process.execPath, placed([...program, ...wordsOf(image, 'CMD')]), {
    ...user,
    env,
    cwd: path.join(root, lastOf(image, 'WORKDIR')),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += String(part)));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  try {
    const health = (): number | null => {
      const [command, ...args] = placed(wordsOf(image, 'HEALTHCHECK'));
      assert.equal(command, 'node');
      return spawnSync(process.execPath, args, { ...user, env }).status;
    };
    await ready(`http://127.0.0.1:${port}/readyz`);
    assert.equal(health(), 0);
    child.kill('SIGTERM');
    assert.equal(await ended, 0);
    assert.equal(health(), 1);
  } catch (error) {
    console.error(output.slice(-4000));
    throw error;
  } finally {
    child.kill('SIGKILL');
  }
}

/** All that may be written lies below /var/lib/rampart. */
function configAt(root: string, port: number): string {
  return `policies: {path: policies}
accounts: {default: {credentials: {type: emulator}, endpoint: embedded}}
reconcile: {mode: enforce, brake: off}
journal: {url: ${root}/var/lib/rampart/journal.db}
http: {listen: "127.0.0.1:${port}"}
log: {format: json}
emulator: {state: example-state.json}
`;
}

async function ready(url: string): Promise<void> {
  for (let second = 0; second < READY_SECONDS; second += 1) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok === true) return;
    await sleep(1000);
  }
  throw new Error(`not ready within ${READY_SECONDS} s`);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
