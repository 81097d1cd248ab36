// What people are told of a git source while something other than its newest commit is in force, and how to go on.
import { once } from 'node:events';
import { readFileSync, renameSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GitEstate, GROUP, policyOf } from '../support/git-estate.ts';
import type { RampartProcess } from '../support/rampart.ts';
import { makeSshKey, type SshKey } from '../support/signed-repository.ts';
import { onlyWith } from '../support/optional-tool.ts';

const testSigned = onlyWith('ssh-keygen', test);

let estate: GitEstate;
let key: SshKey;

beforeEach(async () => {
  estate = await GitEstate.open();
  key = makeSshKey(estate.workspace.folder, 'alice');
  estate.workspace.write('allowed_signers', `test@example.com ${key.publicKey}\n`);
});
afterEach(() => estate.close());

const signersFile = (): string => path.join(estate.workspace.folder, 'allowed_signers');
const verified = (mode: string): string => `verify: {mode: ${mode}, allowedSigners: "${signersFile()}"}`;

/** With these keys of the git source, and a door for `status`. */
function configure(git: string): void {
  estate.configure({ git });
  const text = readFileSync(path.join(estate.workspace.folder, 'config.yaml'), 'utf8');
  estate.workspace.write('config.yaml', text.replace('listen: "off"', 'listen: "127.0.0.1:0"'));
}

/** Puts a signed commit on top, and pushes it. */
function pushSigned(): string {
  const sign = ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${key.signWith}`, 'commit', '-S'];
  estate.clone.run(...sign, '--quiet', '--allow-empty', '--message=signed');
  estate.clone.run('push', '--quiet', 'origin', 'HEAD:main');
  return estate.clone.run('rev-parse', 'HEAD');
}

interface Told {
  readonly status: string;
  readonly page: string;
}

async function told(daemon: RampartProcess): Promise<Told> {
  const { httpUrl } = await daemon.event('daemon.started');
  const { stdout } = await estate.workspace.run(['status', '--url', String(httpUrl)]);
  return { status: stdout, page: await (await fetch(String(httpUrl))).text() };
}

testSigned('a rollback stands with its reason in status, page and the log of each start', async () => {
  configure('');
  const first = estate.pushPorts(443);
  const daemon = estate.start();
  await daemon.event('group.converged', { revision: first });
  const second = estate.pushPorts(80);
  await daemon.event('group.converged', { revision: second });
  const refused = await estate.workspace.run(['rollback', '--to', first, '--reason', 'no http']);
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.stderr).not.toContain('rolled back');
  const from = daemon.lines.length;
  await estate.workspace.run(['rollback', '--to', first, '--reason', 'no http', '--yes']);
  await daemon.event('group.converged', { revision: first }, from);
  const { status, page } = await told(daemon);
  expect(status).toMatch(/^note: rolled back to .* "no http".*rampart rollback --end/m);
  expect(page).toContain('no http');
  await daemon.stop();

  const again = estate.start();
  const loaded = await again.event('policies.loaded', { revision: first });
  expect(loaded.msg).toContain('"no http"');
});

testSigned(
  'at a first start with an unsigned commit it is said that it is held, and how to go on',
  async () => {
    configure(verified('head'));
    const unsigned = estate.pushPorts(443);
    const validated = await estate.workspace.run(['validate']);
    expect(validated.code).toBe(1);
    expect(validated.stdout).toContain(`commit ${unsigned.slice(0, 12)} is not signed`);
    expect(validated.stdout).toContain('[policies-held]');
    expect(validated.stdout).not.toContain('check `url`');

    const daemon = estate.start();
    const held = await daemon.event('policies.held', { commit: unsigned });
    expect(held).toMatchObject({ reason: 'signature', override: '' });
    expect(held.msg).toContain('git commit --allow-empty -S');
    await daemon.event('policies.rejected', { code: 'policies-held' });
    await daemon.event('policies.loaded', { revision: pushSigned() });
    await daemon.event('group.converged', { group: GROUP });
    expect(await estate.ports()).toEqual([443]);
  },
);

testSigned('a lost file of allowed signers is told before a newer commit comes', async () => {
  configure(verified('head'));
  estate.push({ 'policies/web.yaml': policyOf([443]) });
  const commit = pushSigned();
  const daemon = estate.start();
  await daemon.event('group.converged', { revision: commit });
  await daemon.stop();
  renameSync(signersFile(), `${signersFile()}.lost`);
  const again = estate.start();
  await again.event('daemon.ready');
  expect((await told(again)).status).toMatch(/^note: .*allowedSigners.*no newer commit is taken/m);
  expect(await estate.ports()).toEqual([443]);
});

testSigned('a daemon tells its start though the remote does not come to its end', async () => {
  const silent = createServer(() => undefined);
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  try {
    estate.configure({ url: `https://127.0.0.1:${port}/policies.git` });
    const daemon = estate.start();
    expect(await daemon.event('daemon.started')).toMatchObject({ revision: '' });
    expect(daemon.lines.map(({ event }) => event)).not.toContain('policies.unreachable');
    await daemon.stop();
  } finally {
    silent.close();
  }
});

testSigned(
  'a ref that the remote does not have is named, and not taken for a remote that is gone',
  async () => {
    configure('ref: production');
    estate.pushPorts(443);
    const validated = await estate.workspace.run(['validate']);
    expect(validated.code).toBe(1);
    expect(validated.stdout).toContain('the remote has no ref refs/heads/production');
    expect(validated.stdout).toContain('`policies.git`');
    expect(validated.stderr).not.toContain('does not answer');
  },
);

testSigned(
  'a journal that cannot be read is told by validate, which then reads the newest commit',
  async () => {
    configure('ref: main');
    estate.pushPorts(443);
    estate.workspace.write('.rampart/journal.db', 'no database');
    const validated = await estate.workspace.run(['validate']);
    expect(validated.code).toBe(0);
    expect(validated.stderr).toMatch(/^which commit is in force is not known, so the newest is read: /m);
  },
);
