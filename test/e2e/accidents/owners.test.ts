// Accidents between people and Rampart: rules by hand, texts that anybody may write, a journal that is gone.
//
// On 3ed103f every one of them fails but the group that something else keeps changing: that was slowed down only later on.
import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  AccidentWorld,
  isBlocked,
  isEvent,
  portRules,
  wirePorts,
  type AccidentSetting,
} from '../../support/accident.ts';
import { policyFor, wireGroup, type WireRule } from '../../support/estate.ts';

const RULES = portRules(8001, 5);
const OPEN_SSH: WireRule = { IpProtocol: 'TCP', PortRange: '22/22', SourceCidrIp: '0.0.0.0/0' };

const state = (rules: readonly WireRule[]) => ({ securityGroups: [wireGroup('sg-web', rules)] });

const THIRTY: AccidentSetting = {
  state: state(wirePorts(8001, 30)),
  files: { 'policies/web.yaml': policyFor('sg-web', portRules(8001, 30)) },
};

async function inWorld(
  setting: AccidentSetting,
  use: (world: AccidentWorld) => Promise<void>,
): Promise<void> {
  const world = await AccidentWorld.open(setting);
  try {
    await world.start();
    await use(world);
  } finally {
    await world.close();
  }
}

const portsOf = async ({ emulator }: AccidentWorld): Promise<string[]> => {
  const [group] = (await emulator.state()).securityGroups;
  return (group?.Permissions ?? []).map(({ PortRange }) => String(PortRange)).sort();
};

const PORTS = ['8001/8001', '8002/8002', '8003/8003', '8004/8004', '8005/8005'];

/** A policy with further keys of its group. */
const policyWith = (keys: string, rules: readonly string[] = RULES): string =>
  policyFor('sg-web', rules).replace('    ingress:', `${keys}\n    ingress:`);

test.concurrent('a rule by hand whose text an ignore pattern names is removed if it opens more', () =>
  inWorld(
    {
      state: state(wirePorts(8001, 5)),
      files: { 'policies/web.yaml': policyWith('    ignore: [{description: managed-by-acs/*}]') },
    },
    async (world) => {
      const from = world.daemon.lines.length;
      await world.addByHand('sg-web', { ...OPEN_SSH, Description: 'managed-by-acs/oops' });
      await world.daemon.event('group.converged', { group: 'sg-web', changes: 1 }, from);
      expect(await portsOf(world)).toEqual(PORTS);
    },
  ),
);

test.concurrent(
  'a rule of the shape that an ignore pattern names is left, and it is told that it opens',
  () =>
    inWorld(
      {
        state: state(wirePorts(8001, 5)),
        files: {
          'policies/web.yaml': policyWith(
            '    ignore: [{description: managed-by-acs/*, protocol: tcp, ports: 30000-32767}]',
          ),
        },
      },
      async (world) => {
        const from = world.daemon.lines.length;
        const nodePort = { ...OPEN_SSH, PortRange: '30080/30080', Description: 'managed-by-acs/node' };
        await world.addByHand('sg-web', nodePort);
        await world.daemon.event('ignored.opens', { group: 'sg-web' }, from);
        expect(await portsOf(world)).toEqual(['30080/30080', ...PORTS]);
      },
    ),
);

test.concurrent('rules that others made stay where only declared rules are owned', () =>
  inWorld(
    {
      state: state([...wirePorts(8001, 5), OPEN_SSH]),
      files: { 'policies/web.yaml': policyWith('    ownership: declared') },
    },
    async (world) => {
      await world.readTwice('sg-web');
      expect(await world.writes()).toEqual([]);
      expect(await portsOf(world)).toEqual(['22/22', ...PORTS]);
    },
  ),
);

test.concurrent('a lost journal removes no rule where only declared rules are owned', () =>
  inWorld(
    {
      state: state([OPEN_SSH]),
      files: { 'policies/web.yaml': policyWith('    ownership: declared') },
    },
    async (world) => {
      expect(await portsOf(world)).toEqual(['22/22', ...PORTS]);
      await world.daemon.stop();
      rmSync(`${world.workspace.folder}/.rampart`, { recursive: true });
      world.write('policies/web.yaml', policyWith('    ownership: declared', RULES.slice(0, 2)));
      await world.emulator.clearCalls();
      await world.start();
      await world.readTwice('sg-web');
      expect(await world.writes()).toEqual([]);
    },
  ),
);

test.concurrent('a new rule does not bear the text of the one that it replaces', () =>
  inWorld(
    {
      state: state([
        ...wirePorts(8001, 5),
        { IpProtocol: 'ICMP', SourceCidrIp: '10.0.0.0/8', Description: 'Ping from monitoring' },
      ]),
      files: {
        'policies/web.yaml': policyFor('sg-web', [
          ...RULES,
          'protocol: icmp, from: 10.0.0.0/8, description: Ping from monitoring',
        ]),
      },
    },
    async (world) => {
      const from = world.daemon.lines.length;
      world.write(
        'policies/web.yaml',
        policyFor('sg-web', [...RULES, 'protocol: tcp, ports: 443, from: 10.0.0.0/8']),
      );
      await world.daemon.line(
        (line) => line.event === 'group.converged' && line.group === 'sg-web' && Number(line.changes) > 0,
        from,
      );
      const [group] = (await world.emulator.state()).securityGroups;
      const https = group?.Permissions.find(({ PortRange }) => PortRange === '443/443');
      expect(https?.Description ?? '').toBe('');
    },
  ),
);

test.concurrent('a group that something else keeps changing is still repaired where it opens', () =>
  inWorld(
    { state: state(wirePorts(8001, 5)), files: { 'policies/web.yaml': policyFor('sg-web', RULES) } },
    async (world) => {
      for (let round = 1; round <= 7; round += 1) {
        const from = world.daemon.lines.length;
        await world.addByHand('sg-web', OPEN_SSH);
        await world.daemon.event('group.converged', { group: 'sg-web', changes: 1 }, from);
      }
      expect(await portsOf(world)).toEqual(PORTS);
    },
  ),
);

test.concurrent('a lost journal does not make a half policy harmless', () =>
  inWorld(THIRTY, async (world) => {
    await world.daemon.stop();
    rmSync(`${world.workspace.folder}/.rampart`, { recursive: true });
    world.write('policies/web.yaml', policyFor('sg-web', portRules(8001, 10)));
    await world.emulator.clearCalls();
    await world.start();
    await world.daemon.line(isBlocked('brake'));
    await world.readTwice('sg-web');
    expect(await world.writes()).toEqual([]);
  }),
);

test.concurrent('a restart does not forget that a plan is blocked', () =>
  inWorld(THIRTY, async (world) => {
    world.write('policies/web.yaml', policyFor('sg-web', []));
    await world.daemon.line(isBlocked('brake'));
    await world.emulator.clearCalls();
    await world.restart('SIGKILL');
    await world.daemon.line(isBlocked('brake'));
    await world.readTwice('sg-web');
    expect(await world.writes()).toEqual([]);
  }),
);

test.concurrent('drift is repaired by the last rules in force while a plan is blocked', () =>
  inWorld(THIRTY, async (world) => {
    world.write('policies/web.yaml', policyFor('sg-web', []));
    await world.daemon.line(isBlocked('brake'));
    await world.addByHand('sg-web', OPEN_SSH);
    await world.daemon.event('call.succeeded', { group: 'sg-web', operation: 'RevokeSecurityGroup' });
    expect((await portsOf(world)).length).toBe(30);
  }),
);

test.concurrent('a bad config at SIGHUP leaves the old one in force', () =>
  inWorld(THIRTY, async (world) => {
    world.write('config.yaml', 'reconcile: {brake: of}\n');
    world.daemon.kill('SIGHUP');
    await world.daemon.line(isEvent('config.rejected'));
    world.write('policies/web.yaml', policyFor('sg-web', []));
    await world.daemon.line(isBlocked('brake'));
    await world.readTwice('sg-web');
    expect(await world.writes()).toEqual([]);
  }),
);
