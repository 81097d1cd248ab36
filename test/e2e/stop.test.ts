// SIGTERM in the middle of plans: the daemon finishes or leaves open what it has begun, ends with 0 within its grace
// of 20 s, and the next one goes on from there.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { Ordeal } from '../support/ordeal.ts';
import { Workspace, type RampartProcess } from '../support/rampart.ts';

const STOPS = 10;

describe.concurrent('a daemon that is stopped over and over', () => {
  test.each([11, 12])(
    `ends with 0 and leaves nothing behind after ${STOPS} stops (seed %i)`,
    { timeout: 300_000 },
    async (seed) => {
      const ordeal = await Ordeal.begin(seed);
      try {
        for (let stop = 0; stop < STOPS; stop += 1) await ordeal.round('SIGTERM');
        await ordeal.end();
        expect(ordeal.tally.amidWrites).toBeGreaterThan(0);
      } finally {
        await ordeal.dispose();
      }
    },
  );
});

describe('a call that never gets an answer', () => {
  let emulator: TestEmulator;
  let workspace: Workspace;
  let daemon: RampartProcess;

  const writes = async () => (await emulator.calls()).filter(({ action }) => !action.startsWith('Describe'));

  beforeEach(async () => {
    workspace = new Workspace();
    emulator = await startTestEmulator({ state: { securityGroups: [wireGroup('sg-web')] } });
    await emulator.setFaults([{ action: 'AuthorizeSecurityGroup', kind: 'hang' }]);
    workspace.write('config.yaml', configFor(emulator.url));
    workspace.write('policies/web.yaml', policyFor('sg-web', ['protocol: tcp, ports: 443, from: 0.0.0.0/0']));
    daemon = workspace.start(['run']);
    await emulator.called('AuthorizeSecurityGroup');
    daemon.kill('SIGTERM');
    await daemon.event('daemon.stopping');
  });

  afterEach(async () => {
    await workspace.dispose();
    await emulator.close();
  });

  /** The next daemon finds the effect and closes what the first one left open. */
  async function expectRecovery(): Promise<void> {
    const [{ clientToken } = { clientToken: '' }] = await writes();
    expect((await workspace.journalTokens()).open).toEqual(new Set([clientToken]));
    const next = workspace.start(['run']);
    await next.event('intent.recovered', { clientToken });
    await next.event('group.converged', { group: 'sg-web' });
    await next.stop();
    expect(await workspace.journalTokens()).toEqual({ open: new Set(), closed: new Set([clientToken]) });
    expect(await writes()).toHaveLength(1);
  }

  test('a call without an answer holds up a stop only as long as a call may take, and the next start settles it', async () => {
    const { code } = await daemon.finished;
    expect(code).toBe(0);
    expect(daemon.lines.at(-1)).toMatchObject({ event: 'daemon.stopped', exitCode: 0 });
    await expectRecovery();
  });

  test('a call without an answer is not waited for after a second signal', async () => {
    daemon.kill('SIGTERM');
    const { code } = await daemon.finished;
    expect(code).toBeNull();
    expect(daemon.lines.map(({ event }) => event)).not.toContain('daemon.stopped');
    await expectRecovery();
  });
});
