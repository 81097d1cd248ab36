// A journal that cannot be used: nothing goes to the cloud that it does not know of, the daemon says what is wrong
// and how to go on, and once that is done the next start goes on.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { readJournalTokens } from '../support/journal-file.ts';
import { onlyWith } from '../support/optional-tool.ts';
import { Workspace, type Finished, type RampartProcess } from '../support/rampart.ts';

let emulator: TestEmulator;
let workspace: Workspace;

const inFolder = (name = '') => path.join(workspace.folder, '.rampart', name);
const journal = () => inFolder('journal.db');

const policy = (...ports: number[]) =>
  workspace.write(
    'policies/web.yaml',
    policyFor(
      'sg-web',
      ports.map((port) => `protocol: tcp, ports: ${port}, from: 0.0.0.0/0`),
    ),
  );

beforeEach(async () => {
  workspace = new Workspace();
  emulator = await startTestEmulator({ state: { securityGroups: [wireGroup('sg-web')] } });
  workspace.write('config.yaml', configFor(emulator.url, 'limits: {default: {ratePerMinute: 6000}}\n'));
  policy(443);
});

afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

const writes = async () => (await emulator.calls()).filter(({ action }) => !action.startsWith('Describe'));

async function ports(): Promise<unknown[]> {
  const { securityGroups } = await emulator.state();
  return securityGroups.flatMap(({ Permissions }) => Permissions.map(({ PortRange }) => PortRange));
}

/** A journal of an earlier run. */
async function runOnce(): Promise<void> {
  const daemon = workspace.start(['run']);
  await daemon.event('group.converged', { group: 'sg-web' });
  await daemon.stop();
  policy(443, 8443);
  await emulator.clearCalls();
}

async function expectRefusal(daemon: RampartProcess, reason: RegExp, advice: RegExp): Promise<Finished> {
  const finished = await daemon.finished;
  expect(finished.code).toBe(1);
  expect(finished.stderr).toMatch(reason);
  expect(finished.stderr).toMatch(advice);
  expect(finished.stderr.trim().split('\n')).toHaveLength(1);
  const { err, exitCode } = await daemon.event('daemon.stopped');
  expect(exitCode).toBe(1);
  expect(`rampart: ${String(err)}\n`).toBe(finished.stderr);
  return finished;
}

async function expectRecovery(): Promise<void> {
  const daemon = workspace.start(['run']);
  await daemon.event('group.converged', { group: 'sg-web' });
  expect((await daemon.stop()).code).toBe(0);
  expect((await workspace.run(['plan'])).code).toBe(0);
}

interface Trouble {
  readonly name: string;
  readonly harm: () => void;
  readonly start: () => RampartProcess;
  readonly mend: () => void;
  readonly reason: RegExp;
  readonly advice: RegExp;
}

const run = () => workspace.start(['run']);
const backup = () => path.join(workspace.folder, 'backup.db');

/** The backup in the place of the journal, as the advice has it. */
function putBack(): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(journal() + suffix, { recursive: true, force: true });
  renameSync(backup(), journal());
}

function permit(folder: number, file: number): void {
  chmodSync(workspace.folder, 0o755);
  for (const name of readdirSync(inFolder())) chmodSync(inFolder(name), file);
  chmodSync(inFolder(), folder);
}

const AT_THE_START: readonly Trouble[] = [
  {
    name: 'a folder in its place',
    harm: () => {
      rmSync(journal());
      mkdirSync(journal());
    },
    start: run,
    mend: putBack,
    reason: /unable to open database file/,
    advice: /check the path in `journal.url`/,
  },
  {
    name: 'a file in the place of its folder',
    harm: () => {
      rmSync(inFolder(), { recursive: true });
      writeFileSync(inFolder(), '');
    },
    start: run,
    mend: () => rmSync(inFolder()),
    reason: /EEXIST|ENOTDIR/,
    advice: /check the path in `journal.url`/,
  },
  {
    name: 'a damaged page',
    harm: () => void writeSync(openSync(journal(), 'r+'), '\xff'.repeat(2000), 4096),
    start: run,
    mend: putBack,
    reason: /is damaged|malformed/,
    advice: /put back a backup or move it away/,
  },
  {
    name: 'something else in its place',
    harm: () => writeFileSync(journal(), 'version: 1\n'.repeat(100)),
    start: run,
    mend: putBack,
    reason: /not a database/,
    advice: /name the journal of this Rampart/,
  },
  {
    name: 'a file and a folder that may not be written',
    harm: () => permit(0o555, 0o444),
    start: () => workspace.startAsUser(['run']),
    mend: () => permit(0o755, 0o644),
    reason: /cannot be opened/,
    advice: /make the file and its folder writable/,
  },
  {
    name: 'a folder that may not be written',
    harm: () => permit(0o555, 0o666),
    start: () => workspace.startAsUser(['run']),
    mend: () => permit(0o755, 0o644),
    reason: /cannot be opened/,
    advice: /make the file and its folder writable/,
  },
  {
    name: 'no room to make it',
    harm: () => rmSync(inFolder(), { recursive: true }),
    start: () => workspace.startWithin(16, ['run']),
    mend: () => undefined,
    reason: /disk I\/O error|disk is full/,
    advice: /disk/,
  },
];

onlyWith('unprivileged user', onlyWith('bash', describe))(
  'a journal that cannot be opened: no call, exit code 1, and advice that helps',
  () => {
    test.each(AT_THE_START)(
      'refuses to start over $name, and starts once that is mended',
      async ({ harm, start, mend, reason, advice }) => {
        await runOnce();
        copyFileSync(journal(), backup());
        harm();
        await expectRefusal(start(), reason, advice);
        expect(await emulator.calls()).toEqual([]);
        mend();
        await expectRecovery();
        expect(await ports()).toEqual(['443/443', '8443/8443']);
      },
    );

    test('refuses a second daemon on the same journal and names the first, which goes on', async () => {
      const first = workspace.start(['run']);
      await first.event('group.converged', { group: 'sg-web' });
      const from = first.lines.length;
      await expectRefusal(
        run(),
        new RegExp(`is in use: .*; the last to open the journal was process ${first.pid} `),
        /stop the other process/,
      );
      policy(443, 8443);
      await first.event('group.converged', { group: 'sg-web', changes: 1 }, from);
      expect((await first.stop()).code).toBe(0);
      expect(await writes()).toHaveLength(2);
    });
  },
);

onlyWith('bash', describe)(
  'a journal that fails while the daemon runs: no call without an intent, exit code 1',
  () => {
    // A page more or less, and it is another statement that fails first: a plan's, an intent's, an outcome's.
    test.each([160, 172, 184, 196])(
      'ends when there is no room for what is written next (%i KiB), and goes on when there is',
      async (maxFileKib) => {
        const daemon = workspace.startWithin(maxFileKib, ['run']);
        await daemon.event('daemon.started');
        let wanted: number[] = [];
        for (let from = 0; daemon.isRunning; from = daemon.lines.length) {
          const converged = daemon.event('group.converged', { group: 'sg-web' }, from).catch(() => null);
          // Many calls each time, or it takes hundreds of policies until the journal is full.
          const first = 1000 + from;
          wanted = Array.from({ length: 20 }, (_, index) => first + index);
          policy(443, ...wanted);
          daemon.kill('SIGHUP');
          await converged;
        }
        await expectRefusal(daemon, /nothing more is written to the cloud, since the journal failed/, /disk/);
        expect(daemon.lines.map(({ event }) => event)).toContain('daemon.stopping');
        const { open, closed } = readJournalTokens(journal());
        const tokens = (await writes()).map(({ clientToken }) => clientToken);
        expect(tokens.length).toBeGreaterThan(0);
        for (const token of tokens) expect(open.has(token) || closed.has(token)).toBe(true);
        const before = tokens.length;
        await expectRecovery();
        const held = [443, ...wanted].map((port) => `${port}/${port}`);
        expect((await ports()).sort()).toEqual(held.sort());
        expect(readJournalTokens(journal()).open.size).toBe(0);
        const effects = (await writes()).filter(({ effect }) => effect).map(({ clientToken }) => clientToken);
        expect(new Set(effects).size).toBe(effects.length);
        expect(effects.length).toBeGreaterThanOrEqual(before);
      },
    );

    test('apply says so instead of failing with a stack when there is no room', async () => {
      await runOnce();
      policy(443, 8443);
      await emulator.clearCalls();
      const { size } = statSync(journal());
      const { code, stderr } = await workspace.startWithin(Math.ceil(size / 1024), ['apply', '--yes'])
        .finished;
      expect(code).toBe(1);
      expect(stderr).toMatch(/nothing more is written to the cloud, since the journal failed/);
      expect(stderr).not.toMatch(/ at .*\.js:/);
      const { open, closed } = readJournalTokens(journal());
      for (const { clientToken } of await writes()) {
        expect(open.has(clientToken) || closed.has(clientToken)).toBe(true);
      }
    });

    test.each([
      { name: 'removed', harm: () => rmSync(inFolder(), { recursive: true }) },
      {
        name: 'replaced',
        harm: () => {
          writeFileSync(backup(), readFileSync(journal()));
          renameSync(backup(), journal());
        },
      },
    ])('sends no call any more once the journal was $name by someone', async ({ harm }) => {
      const daemon = workspace.start(['run']);
      await daemon.event('group.converged', { group: 'sg-web' });
      await emulator.clearCalls();
      harm();
      policy(443, 8443);
      await expectRefusal(daemon, /was removed or replaced while it was in use/, /check the path/);
      expect(await writes()).toEqual([]);
      await expectRecovery();
      expect(existsSync(journal())).toBe(true);
      expect(await ports()).toEqual(['443/443', '8443/8443']);
    });
  },
);
