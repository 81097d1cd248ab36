// How commands end before their time: on a signal, on a disk that is full, and when no one reads any more.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { onlyWith } from '../support/optional-tool.ts';
import { Workspace, type Finished } from '../support/rampart.ts';

const MAIN = fileURLToPath(new URL('../../dist/daemon/main.js', import.meta.url));
/** How long the daemon waits for an answer; what ends sooner did not wait for one. */
const CALL_TIMEOUT_MS = 10_000;
const CHECK = 'check --group sg-web --direction ingress --protocol tcp --port 443 --peer 192.0.2.1 --live';

let emulator: TestEmulator;
let workspace: Workspace;

beforeEach(async () => {
  workspace = new Workspace();
  emulator = await startTestEmulator({ state: { securityGroups: [wireGroup('sg-web')] } });
  workspace.write('config.yaml', configFor(emulator.url));
  workspace.write('policies/web.yaml', policyFor('sg-web', ['protocol: tcp, ports: 443, from: 0.0.0.0/0']));
});

afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

const writes = async () => (await emulator.calls()).filter(({ effect }) => effect);

/** Runs `rampart ARGS REDIRECTION` in a shell. */
function redirected(args: string, redirection: string): Promise<Finished> {
  const script = `set -o pipefail; "${process.execPath}" "${MAIN}" ${args} ${redirection}`;
  const child = spawn('bash', ['-c', script], { cwd: workspace.folder, stdio: 'pipe' });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

describe('a signal while the cloud gives no answer', () => {
  test.each([
    ['plan', 'DescribeSecurityGroupAttribute'],
    ['plan --json', 'DescribeSecurityGroupAttribute'],
    ['import --region cn-hangzhou --out imported', 'DescribeSecurityGroups'],
    [CHECK, 'DescribeSecurityGroupAttribute'],
  ])('a signal ends `%s` at once, with 1 and without a document', async (command, action) => {
    await emulator.setFaults([{ action, kind: 'hang' }]);
    const started = workspace.start(command.split(' '));
    await emulator.called(action);
    const signalledAt = Date.now();
    started.kill('SIGINT');
    expect(await started.finished).toEqual({ code: 1, stdout: '', stderr: 'rampart: interrupted\n' });
    expect(Date.now() - signalledAt).toBeLessThan(CALL_TIMEOUT_MS);
  });

  test('a signal lets apply wait for the write that is under way, and says that it is stopping', async () => {
    await emulator.setFaults([{ action: 'AuthorizeSecurityGroup', kind: 'hang' }]);
    const started = workspace.start(['apply', '--yes', '--json']);
    await emulator.called('AuthorizeSecurityGroup');
    started.kill('SIGTERM');
    const { code, stdout, stderr } = await started.finished;
    expect(stderr).toContain('rampart: stopping on SIGTERM: calls under way come to their end');
    expect(code).toBe(1);
    const reason = 'some of the calls may have been made; apply again to make the others';
    expect(JSON.parse(stdout)).toMatchObject({ results: [{ id: 'sg-web', outcome: 'aborted', reason }] });
    expect(await writes()).toHaveLength(1);
  });

  test('a signal ends apply at once while it only reads', async () => {
    await emulator.setFaults([{ action: 'DescribeSecurityGroupAttribute', kind: 'hang' }]);
    const started = workspace.start(['apply', '--yes']);
    await emulator.called('DescribeSecurityGroupAttribute');
    const signalledAt = Date.now();
    started.kill('SIGINT');
    expect(await started.finished).toMatchObject({ code: 1, stdout: '' });
    expect(Date.now() - signalledAt).toBeLessThan(CALL_TIMEOUT_MS);
  });
});

onlyWith('/dev/full', onlyWith('bash', describe))('a full disk under stdout', () => {
  test.each([['plan'], ['plan --json'], ['validate --json'], ['--help']])(
    'a full disk under stdout ends `%s` with 1 and one line',
    async (command) => {
      const { code, stderr } = await redirected(command, '> /dev/full');
      expect(stderr).toMatch(/^rampart: cannot write to stdout: ENOSPC.*\n$/);
      expect(code).toBe(1);
    },
  );

  test('a full disk keeps apply from carrying out what no one has seen', async () => {
    expect(await redirected('apply --yes', '> /dev/full')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^rampart: cannot write to stdout: ENOSPC.*\n$/) as string,
    });
    expect(await writes()).toEqual([]);
  });

  test('a full disk ends the daemon with 1 and one line', async () => {
    const { code, stderr } = await redirected('run', '> /dev/full');
    expect(stderr).toMatch(/^rampart: cannot write the log to stdout: ENOSPC.*\n$/);
    expect(code).toBe(1);
  });

  test('a full disk under stderr changes nothing', async () => {
    expect(await redirected('plan --log-level debug', '2> /dev/full')).toMatchObject({ code: 2 });
  });
});

onlyWith('bash', describe)('a reader that has gone', () => {
  test('a reader that has gone leaves a command its exit code', async () => {
    expect(await redirected('plan', '| true')).toEqual({ code: 2, stdout: '', stderr: '' });
  });

  test('a reader that has gone ends the daemon with 1 and one line', async () => {
    const { code, stderr } = await redirected('run', '| head -n 1');
    expect(stderr).toMatch(/^rampart: cannot write the log to stdout: EPIPE.*\n$/);
    expect(code).toBe(1);
  });
});
