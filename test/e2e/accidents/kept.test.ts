// Accidents while the plan of a group may not be carried out as a whole: what someone opens by hand does not stay open
// for that; and an approval lasts until its own plan is done.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { AccidentWorld, isBlocked, portRules, wirePorts } from '../../support/accident.ts';
import { policyFor, wireGroup, type WireRule } from '../../support/estate.ts';
import { GitRepository } from '../../support/git-repository.ts';

const GUARDRAIL = `guardrails:
  - id: no-ssh-from-internet
    deny: {direction: ingress, protocol: tcp, ports: 22, from: internet}
`;

const tcp = (port: number, peer = '10.0.0.0/8'): WireRule => ({
  ...{ Direction: 'ingress', IpProtocol: 'TCP', PortRange: `${port}/${port}`, SourceCidrIp: peer },
});
const WEB = tcp(8001);
const SSH = tcp(22, '0.0.0.0/0');

const portsIn = async ({ emulator }: AccidentWorld): Promise<unknown[]> => {
  const [group] = (await emulator.state()).securityGroups;
  return (group?.Permissions.map(({ PortRange }) => PortRange) ?? []).sort();
};

test('a port opened by hand is closed though a newer guardrail forbids to bring back what went with it', async () => {
  const world = await AccidentWorld.open({
    state: { securityGroups: [wireGroup('sg-web', [WEB, SSH])] },
    files: {
      'policies/web.yaml': policyFor('sg-web', [
        'protocol: tcp, ports: 8001, from: 10.0.0.0/8',
        'protocol: tcp, ports: 22, from: 0.0.0.0/0',
      ]),
    },
  });
  try {
    await world.start();
    const config = readFileSync(path.join(world.workspace.folder, 'config.yaml'), 'utf8');
    world.write('config.yaml', `${config}${GUARDRAIL}`);
    world.daemon.kill('SIGHUP');
    await world.daemon.event('guardrail.violated', { group: 'sg-web' });
    const from = world.daemon.lines.length;
    await world.change((group) => ({ ...group, Permissions: [WEB, tcp(6379, '0.0.0.0/0')] }));
    await world.daemon.line(isBlocked('guardrail'), from);
    await world.daemon.event('call.succeeded', { operation: 'RevokeSecurityGroup' }, from);
    await world.readTwice('sg-web');
    expect(await portsIn(world)).toEqual(['8001/8001']);
  } finally {
    await world.close();
  }
});

test('an approval that is given before the daemon has the policy is there when it comes, however often it looks before', async () => {
  const world = await AccidentWorld.open({
    state: { securityGroups: [wireGroup('sg-web', wirePorts(8001, 30))] },
    files: { 'policies/web.yaml': policyFor('sg-web', portRules(8001, 30)) },
    committed: true,
    policies: 'requireClean: true',
  });
  try {
    await world.start();
    world.write('policies/web.yaml', policyFor('sg-web', portRules(8001, 1)));
    const { stdout } = await world.workspace.run(['plan', '--json']);
    const { groups } = JSON.parse(stdout) as { groups: ReadonlyArray<{ hash: string }> };
    const approve = ['approve', groups[0]?.hash ?? '', '--reason', 'reviewed'];
    expect(await world.workspace.run(approve)).toMatchObject({ code: 0 });
    await world.readTwice('sg-web');
    expect(await world.writes()).toEqual([]);
    const from = world.daemon.lines.length;
    new GitRepository(world.workspace.folder).run('commit', '--all', '--quiet', '--message=reviewed');
    await world.daemon.event('plan.approved', { group: 'sg-web' }, from);
    await world.daemon.event('group.converged', { changes: 1 }, from);
    expect(await portsIn(world)).toEqual(['8001/8001']);
  } finally {
    await world.close();
  }
});
