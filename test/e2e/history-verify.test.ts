// `rampart history --verify` on the journal of a real daemon: whole as it was left, and broken where a hand was in it.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { Workspace, type LogLine } from '../support/rampart.ts';

const HTTPS = 'protocol: tcp, ports: 443, from: 0.0.0.0/0';
const SSH = 'protocol: tcp, ports: 22, from: 203.0.113.0/24';
const CHAIN = 'default/cn-hangzhou';

let emulator: TestEmulator;
let workspace: Workspace;

beforeEach(async () => {
  workspace = new Workspace();
  emulator = await startTestEmulator({ state: { securityGroups: [wireGroup('sg-web')] } });
  workspace.write('config.yaml', configFor(emulator.url));
  workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS]));
});

afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

const run = (command: string) => workspace.runHere(command.split(' '));

/** A first rule, and another in its place; the heads that the daemon told of at its stop. */
async function lifeOfDaemon(): Promise<LogLine[]> {
  const daemon = workspace.start(['run']);
  await daemon.event('group.converged');
  const from = daemon.lines.length;
  workspace.write('policies/web.yaml', policyFor('sg-web', [SSH]));
  await daemon.event('group.converged', {}, from);
  await daemon.stop();
  return daemon.lines.filter(({ event }) => event === 'history.head');
}

test('the head that a daemon tells at its stop is in its history, and all up to it is whole', async () => {
  const heads = await lifeOfDaemon();
  expect(heads).toMatchObject([{ chain: CHAIN, number: 2 }]);
  const { hash } = heads[0] as unknown as { hash: string };
  const { code, stdout, stderr } = await run(`history --verify --head ${hash}`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^default\/cn-hangzhou: whole, entries 1 to 2 since 2\S+Z; head [0-9a-f]{64}\n/);
  expect(stdout).toContain(`head ${hash}: entry 2 of ${CHAIN}\n`);
  const document = JSON.parse((await run(`history --verify --json --head ${hash}`)).stdout) as object;
  expect(document).toMatchObject({
    version: 1,
    whole: true,
    chains: [{ chain: CHAIN, entries: 2, anchor: null, head: { number: 2, hash }, broken: null }],
    beforeChain: { entries: 0, broken: null },
    heads: [{ hash, found: { chain: CHAIN, number: 2 } }],
  });
});

test('a journal row changed by hand is found and named, and the command ends with 1', async () => {
  await lifeOfDaemon();
  await workspace.changeJournal(`UPDATE history SET result = 'failed' WHERE number = 2`);
  const { calls } = JSON.parse((await run('history --json')).stdout) as {
    calls: Array<{ clientToken: string; at: string }>;
  };
  const { clientToken, at } = calls[1] ?? { clientToken: '', at: '' };
  const { code, stdout } = await run('history --verify');
  expect({ code, stdout }).toEqual({
    code: 1,
    stdout:
      `${CHAIN}: BROKEN: entry 2, ${at} on ${CHAIN}/sg-web with the token ${clientToken}, ` +
      'is not as Rampart wrote it; whole up to entry 1\n',
  });
  const json = await run('history --verify --json');
  expect(json.code).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({
    whole: false,
    chains: [{ broken: { kind: 'changed', number: 2, expected: 2, group: 'sg-web', clientToken, at } }],
  });
});

test('what is gone is told, and a head that is not there', async () => {
  await lifeOfDaemon();
  await workspace.changeJournal('DELETE FROM history');
  expect(await run('history --verify')).toMatchObject({
    code: 1,
    stdout: `${CHAIN}: BROKEN: entries 1 to 2 are missing at the end; no entry before it is whole\n`,
  });
  await workspace.changeJournal('DELETE FROM chains');
  expect(await run('history --verify')).toMatchObject({ code: 0, stdout: 'the history is empty\n' });
  const { code, stdout } = await run(`history --verify --head ${'A'.repeat(64)}`);
  expect(code).toBe(1);
  expect(stdout).toContain(`head ${'a'.repeat(64)}: NOT FOUND`);
});

test('apply tells the head of what it wrote', async () => {
  const { stderr } = await workspace.run(['apply', '--yes', '--log-level', 'info']);
  const head = /"event":"history.head".*"hash":"([0-9a-f]{64})"/.exec(stderr)?.[1] ?? stderr;
  expect(await run(`history --verify --head ${head}`)).toMatchObject({ code: 0 });
});

test.each([
  ['history --verify --group sg-web', '--verify looks at the whole history: leave out --group and --since'],
  [`history --head ${'a'.repeat(64)}`, '--head is for --verify'],
  ['history --verify --head f00', 'write the 64 digits'],
])('%s is refused', async (command, message) => {
  await run('apply --yes');
  const answer = await run(command).catch((error: unknown) => ({ code: 1, stderr: String(error) }));
  expect(answer.code).toBe(1);
  expect(answer.stderr).toContain(message);
});
