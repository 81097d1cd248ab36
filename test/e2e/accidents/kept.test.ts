// Accidents while the plan of a group may not be carried out as a whole: what someone opens by hand does not stay open
// for that.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { AccidentWorld, isBlocked } from '../../support/accident.ts';
import { policyFor, wireGroup, type WireRule } from '../../support/estate.ts';

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
