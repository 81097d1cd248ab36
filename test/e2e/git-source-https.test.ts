// A git source over https, through the built daemon: the token reaches the host and nothing else.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GitEstate } from '../support/git-estate.ts';
import { startGitHost, type GitHost } from '../support/git-https-server.ts';
import { onlyWith } from '../support/optional-tool.ts';

const testHttps = onlyWith('openssl', test);

const TOKEN = 'glpat-0123456789abcdef';

let estate: GitEstate;
let host: GitHost;

beforeEach(async () => {
  estate = await GitEstate.open();
  host = await startGitHost(estate.workspace.folder, TOKEN);
});
afterEach(async () => {
  await estate.close();
  await host.close();
});

const configure = (auth: string, extra = ''): void =>
  estate.configure({ url: `${host.url}/remote.git`, git: `auth: {caFile: "${host.caFile}"${auth}}`, extra });

testHttps(
  'enforces what is fetched with a token from a file, which no line, argument or file of ours shows',
  async () => {
    const token = path.join(estate.workspace.folder, 'token');
    writeFileSync(token, `${TOKEN}\n`);
    configure(`, tokenFile: "${token}"`);
    const commit = estate.pushPorts(443);
    const daemon = estate.start();
    await daemon.event('policies.loaded', { revision: commit });
    await daemon.event('group.converged');
    expect(await estate.ports()).toEqual([443]);
    const next = estate.pushPorts(80);
    await daemon.event('group.converged', { revision: next });
    const secret = Buffer.from(`x-access-token:${TOKEN}`).toString('base64');
    const { stdout, stderr } = await daemon.stop();
    const journal = readFileSync(path.join(estate.workspace.folder, '.rampart/journal.db'), 'latin1');
    for (const text of [stdout, stderr, journal]) {
      expect(text).not.toContain(TOKEN);
      expect(text).not.toContain(secret);
    }
  },
);

testHttps('says that the host refuses the token, and shows neither it nor a prompt', async () => {
  configure(', tokenEnv: GIT_TOKEN');
  estate.pushPorts(443);
  const daemon = estate.workspace.start(['run'], { GIT_TOKEN: 'glpat-wrong-0000000000' });
  const gone = await daemon.event('policies.unreachable');
  expect(gone.err).toContain('could not read Username');
  expect(gone.err).toContain(
    'the host does not take the token from `policies.git.auth.tokenEnv` (GIT_TOKEN)',
  );
  await daemon.event('policies.rejected', { code: 'policies-unreachable' });
  const { stdout } = await daemon.stop();
  expect(stdout).not.toContain('glpat-wrong');
  expect(await estate.ports()).toEqual([]);
});

testHttps('trusts no certificate that the config does not name', async () => {
  estate.configure({ url: `${host.url}/remote.git` });
  estate.pushPorts(443);
  const daemon = estate.start();
  const gone = await daemon.event('policies.unreachable');
  expect(gone.err).toMatch(/certificate/);
  expect(gone.err).toContain('`policies.git.auth.caFile`');
  expect(host.seen).toEqual([]);
});

test('refuses a URL with a password in it, without showing it', async () => {
  estate.configure({ url: `https://ada:${TOKEN}@git.example.com/p.git` });
  const { code, stdout, stderr } = await estate.workspace.run(['validate']);
  expect(code).toBe(1);
  expect(stdout).toContain('a secret never stands in the URL');
  expect(stdout + stderr).not.toContain(TOKEN);
});
