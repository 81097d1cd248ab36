// What the brake holds, through the built daemon: nothing goes until a person runs the command that was printed, and
// until then the rules in force before are kept up.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { Workspace, type LogLine, type RampartProcess } from '../support/rampart.ts';

const GROUP = 'sg-web';
const PORTS = Array.from({ length: 42 }, (_, index) => 1000 + index);

const wireRule = (port: number) => ({
  SecurityGroupRuleId: `sgr-${port}`,
  IpProtocol: 'TCP',
  PortRange: `${port}/${port}`,
  SourceCidrIp: '10.0.0.0/8',
});
const stateOf = (ports: readonly number[], fields: object = {}) => ({
  securityGroups: [{ ...wireGroup(GROUP, ports.map(wireRule)), ...fields }],
});
const policyOf = (ports: readonly number[]) =>
  policyFor(
    GROUP,
    ports.map((port) => `protocol: tcp, ports: ${port}, from: 10.0.0.0/8`),
  );

let emulator: TestEmulator;
let workspace: Workspace;

beforeEach(async () => {
  workspace = new Workspace();
  emulator = await startTestEmulator({ state: stateOf(PORTS) });
  workspace.write('config.yaml', configFor(emulator.url).replace('brake: off, ', ''));
  workspace.write('policies/web.yaml', policyOf(PORTS));
});
afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

async function ports(): Promise<number[]> {
  const { securityGroups } = await emulator.state();
  const rules = securityGroups.flatMap(({ Permissions }) => Permissions);
  return rules.map(({ PortRange }) => Number(String(PortRange).split('/')[0])).sort((a, b) => a - b);
}

async function started(): Promise<RampartProcess> {
  const daemon = workspace.start(['run']);
  await daemon.event('daemon.ready');
  return daemon;
}

/** The arguments of the command that a log line prints, with a reason in place of the dots. */
function commandOf({ overrides }: LogLine): string[] {
  const [command = ''] = overrides as string[];
  expect(command).toMatch(/^node \S+ approve [0-9a-f]{64} --reason "\.\.\."$/);
  return [...command.split(' ').slice(2, 4), '--reason', 'ticket 7'];
}

test('a group that is taken over after an approval differs since the start, and not because the cloud changed', async () => {
  await emulator.setState(stateOf([...PORTS, ...PORTS.map((port) => port + 1000)]));
  const daemon = await started();
  const blocked = await daemon.event('plan.blocked');
  const from = daemon.lines.length;
  await workspace.run(commandOf(blocked));
  await daemon.event('group.converged', {}, from);
  const drift = daemon.lines.slice(from).filter(({ event }) => event === 'drift.detected');
  expect(drift.map(({ cause }) => cause)).toEqual(['start']);
  expect(await ports()).toEqual(PORTS);
});

describe('a policy that empties a group', () => {
  let inForce: string;

  beforeEach(async () => {
    const daemon = await started();
    inForce = (await daemon.event('policies.loaded')).revision as string;
    workspace.write('policies/web.yaml', policyOf([]));
    await daemon.event('plan.blocked');
    await daemon.stop();
  });

  test('removes nothing and says so with numbers and a command, over a restart; the command lets it go on', async () => {
    const daemon = await started();
    const blocked = await daemon.event('plan.blocked');
    expect(blocked.msg).toContain('42 rules would lose traffic; reconcile.brake.rules allows 20');
    expect(blocked.msg).toContain('nothing of ingress IPv4 would be accepted any more');
    expect(await ports()).toEqual(PORTS);

    const from = daemon.lines.length;
    const approved = await workspace.run(commandOf(blocked));
    expect(approved).toMatchObject({ code: 0, stdout: expect.stringContaining('"ticket 7"') as string });
    expect(await daemon.event('plan.approved', {}, from)).toMatchObject({ group: GROUP, reason: 'ticket 7' });
    await daemon.event('drift.detected', { cause: 'policy' }, from);
    await daemon.event('group.converged', { changes: 1 }, from);
    expect(await ports()).toEqual([]);

    const history = await workspace.run(['history']);
    expect(history.stdout).toMatch(/approved .*sg-web.* "ticket 7"/);

    // There is nothing left of it to approve, and who asks again is told why.
    const again = await workspace.run(commandOf(blocked));
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toMatch(/^it was approved: .*sg-web.* "ticket 7", used up at 20\S+Z$/m);
    expect(again.stderr).toContain('nothing waits for an approval');
    await daemon.stop();
  });

  test('is used up once the group has converged: what comes back by another policy is held again', async () => {
    const daemon = await started();
    await workspace.run(commandOf(await daemon.event('plan.blocked')));
    await daemon.event('group.converged', { changes: 1 });
    const from = daemon.lines.length;
    workspace.write('policies/web.yaml', policyOf(PORTS));
    await daemon.event('group.converged', { rules: PORTS.length }, from);
    const later = daemon.lines.length;
    workspace.write('policies/web.yaml', policyOf([]));
    const again = await daemon.event('plan.blocked', {}, later);
    expect(await ports()).toEqual(PORTS);
    await workspace.run(commandOf(again));
    await daemon.event('plan.approved', {}, later);
    // Among the calls, in the order of time.
    const { stdout } = await workspace.run(['history']);
    expect(stdout).toMatch(/^\S+ {2}approved .*\n.* RevokeS.*\n.* AuthorizeS.*\n\S+ {2}approved /);
    await daemon.stop();
  });

  test('leaves the rules before in force: what someone removes or adds by hand is repaired, in the name of their revision', async () => {
    const daemon = await started();
    const { revision } = await daemon.event('plan.blocked');
    expect(revision).not.toBe(inForce);
    const from = daemon.lines.length;
    await emulator.setState(stateOf(PORTS.slice(1)));
    const repaired = await daemon.event('call.succeeded', { operation: 'AuthorizeSecurityGroup' }, from);
    expect(repaired.revision).toBe(inForce);
    expect(await ports()).toEqual(PORTS);
    await emulator.setState(stateOf([...PORTS, 9999]));
    await daemon.event('call.succeeded', { operation: 'RevokeSecurityGroup' }, from);
    expect(await ports()).toEqual(PORTS);
    await daemon.stop();
    const { stdout } = await workspace.run(['history', '--json']);
    const { calls } = JSON.parse(stdout) as { calls: Array<{ revision: string }> };
    expect(calls.map((call) => call.revision)).toEqual([inForce, inForce]);
  });

  test('is told by explain, which names the command; a hash that nothing has lists what waits', async () => {
    const explained = await workspace.run(['explain', '--group', GROUP]);
    expect(explained).toMatchObject({ code: 0 });
    expect(explained.stdout).toContain('brake: 42 rules would lose traffic');
    expect(explained.stdout).toMatch(/to go on: node \S+ approve [0-9a-f]{64} --reason/);
    const unknown = await workspace.run(['approve', '000000000000', '--reason', 'x']);
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    expect(unknown.stderr).toMatch(/^waiting: [0-9a-f]{64} default\/cn-hangzhou\/sg-web: 42 rules/m);
    expect(unknown.stderr).toContain('give its whole hash and --ahead');
  });

  test('can be named by the beginning of its hash ahead of a daemon too, and a beginning of nothing is refused', async () => {
    const ahead = (hash: string) => workspace.run(['approve', hash, '--ahead', '--reason', 'x']);
    const { stdout } = await workspace.run(['plan', '--json']);
    const [group] = (JSON.parse(stdout) as { groups: Array<{ hash: string }> }).groups;
    const hash = group?.hash ?? '';
    expect(await ahead('0'.repeat(40))).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /--ahead takes the whole hash, 64 characters, .*as `.*\bplan --json` prints it/,
      ) as string,
    });
    expect((await ahead(`SHA256:${hash.slice(0, 12).toUpperCase()}`)).stdout).toContain('sg-web');
  });

  test('is carried out by apply --plan with a reason, and by neither --yes nor a plan of another hash', async () => {
    expect(await workspace.run(['apply', '--yes'])).toMatchObject({ code: 3 });
    const { stdout } = await workspace.run(['plan', '--json']);
    const { hash } = JSON.parse(stdout) as { hash: string };
    const refused = await workspace.run(['apply', '--plan', hash]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('add --reason') as string });
    expect(await ports()).toEqual(PORTS);
    const other = await workspace.run(['apply', '--plan', '0'.repeat(64), '--reason', 'y']);
    expect(other).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`its hash is now ${hash}`) as string,
    });
    expect(await workspace.run(['apply', '--plan', hash.slice(0, 12), '--reason', 'y'])).toMatchObject({
      code: 0,
    });
    expect(await ports()).toEqual([]);
  });
});

test('a plan that was approved ahead goes on at its first look', async () => {
  const daemon = await started();
  const away = await emulator.state();
  await daemon.stop();
  workspace.write('policies/web.yaml', policyOf([]));
  const { stdout } = await workspace.run(['plan', '--json']);
  const [group] = (JSON.parse(stdout) as { groups: Array<{ hash: string }> }).groups;
  const ahead = ['approve', group?.hash ?? '', '--ahead', '--reason', 'reviewed'];
  expect(await workspace.run(ahead)).toMatchObject({ code: 0 });
  expect((await emulator.state()).securityGroups).toEqual(away.securityGroups);
  const again = await started();
  expect(await ports()).toEqual([]);
  expect(again.lines.filter(({ event }) => event === 'plan.blocked')).toEqual([]);
  await again.stop();
});

describe('a group that a tag newly brings in', () => {
  const TAGGED = { Tags: [{ TagKey: 'tier', TagValue: 'web' }] };
  const byTag = (rules: readonly number[]) =>
    policyOf(rules).replace(`- id: ${GROUP}\n`, '- tags: {tier: web}\n');

  test('waits for an approval if its first plan would open or close anything, and is told', async () => {
    workspace.write('policies/web.yaml', byTag([...PORTS, 2000]));
    const daemon = await started();
    await emulator.setState(stateOf(PORTS, TAGGED));
    const blocked = await daemon.event('plan.blocked');
    expect(blocked.msg).toContain('a selector newly brings this group in');
    expect(await ports()).toEqual(PORTS);
    const from = daemon.lines.length;
    expect(await workspace.run(commandOf(blocked))).toMatchObject({ code: 0 });
    await daemon.event('group.converged', { changes: 1 }, from);
    expect(await ports()).toEqual([...PORTS, 2000]);

    // Taken over: what comes next needs no approval.
    const later = daemon.lines.length;
    workspace.write('policies/web.yaml', byTag(PORTS));
    await daemon.event('group.converged', { changes: 1 }, later);
    await daemon.stop();
  });

  test('waits for none where it is as its policy says, and then is taken over', async () => {
    await emulator.setState(stateOf(PORTS, TAGGED));
    workspace.write('policies/web.yaml', byTag(PORTS));
    const daemon = await started();
    const from = daemon.lines.length;
    workspace.write('policies/web.yaml', byTag([...PORTS, 2000]));
    await daemon.event('group.converged', { changes: 1 }, from);
    await daemon.stop();
  });

  test('is new again after its tag was gone for a while', async () => {
    await emulator.setState(stateOf(PORTS, TAGGED));
    workspace.write('policies/web.yaml', byTag(PORTS));
    const daemon = await started();
    await emulator.setState(stateOf(PORTS));
    await released(daemon);
    await emulator.setState(stateOf([...PORTS, 2000], TAGGED));
    const blocked = await daemon.event('plan.blocked');
    expect(blocked.msg).toContain('a selector newly brings this group in');
    expect(await ports()).toEqual([...PORTS, 2000]);
    await daemon.stop();
  });

  /** Two looks at the tags without a look at the group after them: no policy means it any more. */
  async function released(daemon: RampartProcess): Promise<void> {
    await emulator.clearCalls();
    await emulator.called('DescribeSecurityGroups');
    await emulator.clearCalls();
    await emulator.called('DescribeSecurityGroups');
    await emulator.called('DescribeSecurityGroups');
    expect(daemon.isRunning).toBe(true);
  }
});
