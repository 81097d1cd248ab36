// No command calls the cloud where the environment would undo what the config says of TLS and of credentials.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCommand } from '../../../support/command.ts';

let folder: string;
/** Stands where the credentials would be asked for. */
let asked: Server;
let requests: string[];

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'rampart-environment-'));
  requests = [];
  asked = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(asked, 'listening');
  const { port } = asked.address() as AddressInfo;
  writeFileSync(
    path.join(folder, 'config.yaml'),
    [
      'policies: {path: policies}',
      'reconcile: {mode: enforce}',
      'journal: {url: journal.db}',
      'http: {listen: off}',
      'accounts:',
      `  default: {credentials: {type: uri, uri: 'http://127.0.0.1:${port}/'}}`,
      '',
    ].join('\n'),
  );
  mkdirSync(path.join(folder, 'policies'));
  writeFileSync(
    path.join(folder, 'policies', 'web.yaml'),
    'version: 1\ngroups:\n  - id: sg-bp1web\n    region: cn-hangzhou\n    ingress: []\n',
  );
});
afterEach(() => {
  asked.close();
  rmSync(folder, { recursive: true });
});

const CHECK = ['check', '--group', 'sg-bp1web', '--direction', 'ingress', '--protocol', 'tcp', '--port', '1'];

it.each<[string, readonly string[]]>([
  ['run', ['run']],
  ['plan', ['plan']],
  ['apply', ['apply', '--yes']],
  ['import', ['import', '--group', 'sg-bp1web', '--region', 'cn-hangzhou', '--out', 'imported']],
  ['check --live', [...CHECK, '--peer', '192.0.2.1', '--live']],
])('%s ends before its first call where TLS is not verified, and says what to do', async (_, args) => {
  const { code, stderr } = await runCommand(folder, args, { NODE_TLS_REJECT_UNAUTHORIZED: '0' });
  expect(stderr).toContain('rampart: NODE_TLS_REJECT_UNAUTHORIZED=0 ');
  expect(stderr).toContain('NODE_EXTRA_CA_CERTS');
  expect([code, requests]).toEqual([1, []]);
});
