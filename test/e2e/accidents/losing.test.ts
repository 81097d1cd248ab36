// Accidents that would cut traffic: a valid policy that says far less than it did. On 3ed103f every one of them fails.
import { rmSync } from 'node:fs';
import { test } from 'vitest';
import { policyFor, wireGroup } from '../../support/estate.ts';
import {
  expectHarmless,
  isBlocked,
  isEvent,
  policyForTag,
  portRules,
  taggedGroup,
  wirePorts,
  type Accident,
} from '../../support/accident.ts';

const RULES = portRules(8001, 30);
const WEB = {
  state: { securityGroups: [wireGroup('sg-web', wirePorts(8001, 30))] },
  files: { 'policies/web.yaml': policyFor('sg-web', RULES) },
};

/** Writes another policy for sg-web. */
const rewritten =
  (rules: readonly string[], egress = ''): Accident['happens'] =>
  ({ write }) =>
    write('policies/web.yaml', policyFor('sg-web', rules, egress));

const ids = Array.from({ length: 12 }, (_, index) => `sg-many${index + 10}`);
const MANY = {
  state: { securityGroups: ids.map((id) => wireGroup(id, wirePorts(8001, 4))) },
  files: Object.fromEntries(ids.map((id) => [`policies/${id}.yaml`, policyFor(id, portRules(8001, 4))])),
};

const accidents: readonly Accident[] = [
  {
    title: 'an empty list of rules removes none of thirty',
    setting: WEB,
    happens: rewritten([]),
    told: isBlocked('brake'),
    group: 'sg-web',
  },
  {
    title: 'an empty list removes not even the only rule of a group',
    setting: {
      state: { securityGroups: [wireGroup('sg-web', wirePorts(443, 1))] },
      files: { 'policies/web.yaml': policyFor('sg-web', portRules(443, 1)) },
    },
    happens: rewritten([]),
    told: isBlocked('brake'),
    group: 'sg-web',
  },
  {
    title: 'twenty-one rules fewer of thirty are not removed',
    setting: WEB,
    happens: rewritten(RULES.slice(21)),
    told: isBlocked('brake'),
    group: 'sg-web',
  },
  {
    title: 'a third of nine rules is not removed',
    setting: {
      state: { securityGroups: [wireGroup('sg-web', wirePorts(8001, 9))] },
      files: { 'policies/web.yaml': policyFor('sg-web', portRules(8001, 9)) },
    },
    happens: rewritten(portRules(8001, 6)),
    told: isBlocked('brake'),
    group: 'sg-web',
  },
  {
    title: 'a drop rule above all others is not added',
    setting: WEB,
    happens: rewritten([...RULES, "protocol: all, from: [0.0.0.0/0, '::/0'], action: drop"]),
    told: isBlocked('brake'),
    group: 'sg-web',
  },
  {
    title: 'a drop rule for IPv6 alone is not added where it ends all IPv6',
    setting: {
      state: {
        securityGroups: [
          wireGroup('sg-web', [
            ...wirePorts(8001, 30),
            { IpProtocol: 'TCP', PortRange: '443/443', Ipv6SourceCidrIp: '2001:db8::/32' },
          ]),
        ],
      },
      files: {
        'policies/web.yaml': policyFor('sg-web', [
          ...RULES,
          "protocol: tcp, ports: 443, from: '2001:db8::/32'",
        ]),
      },
    },
    happens: rewritten([
      ...RULES,
      "protocol: tcp, ports: 443, from: '2001:db8::/32'",
      "protocol: all, from: '::/0', action: drop",
    ]),
    told: isBlocked('brake'),
    group: 'sg-web',
  },
  {
    title: 'thirty rules are not narrowed from a /8 to a /24',
    setting: WEB,
    happens: rewritten(portRules(8001, 30, 'from: 10.0.0.0/24')),
    told: isBlocked('brake'),
    group: 'sg-web',
  },
  {
    title: 'thirty accept rules do not become drop rules',
    setting: WEB,
    happens: rewritten(portRules(8001, 30, 'from: 10.0.0.0/8, action: drop')),
    told: isBlocked('brake'),
    group: 'sg-web',
  },
  {
    title: 'thirty rules do not move to other ports',
    setting: WEB,
    happens: rewritten(portRules(9001, 30)),
    told: isBlocked('brake'),
    group: 'sg-web',
  },
  {
    title: 'egress written out as an empty list with a drop of everything does not close a group',
    setting: {
      state: {
        securityGroups: [
          wireGroup('sg-web', [
            ...wirePorts(8001, 5),
            { Direction: 'egress', IpProtocol: 'TCP', PortRange: '443/443', DestCidrIp: '0.0.0.0/0' },
          ]),
        ],
      },
      files: { 'policies/web.yaml': policyFor('sg-web', portRules(8001, 5)) },
    },
    happens: rewritten(
      portRules(8001, 5),
      "    egress:\n      - {protocol: all, to: [0.0.0.0/0, '::/0'], action: drop, priority: 1}\n",
    ),
    told: isBlocked('brake'),
    group: 'sg-web',
  },
  {
    title: 'a revision under which twelve groups would lose a rule each is held as a whole',
    setting: MANY,
    happens: ({ write }) => {
      for (const id of ids) write(`policies/${id}.yaml`, policyFor(id, portRules(8001, 3)));
    },
    told: isEvent('policies.held', '"reason":"brake"'),
    group: 'sg-many10',
  },
  {
    title: 'a revision that releases twelve groups is held',
    setting: MANY,
    happens: ({ workspace, daemon }) => {
      workspace.write('policies/other.yaml', 'version: 1\ngroups: []\n');
      for (const id of ids) rmSync(`${workspace.folder}/policies/${id}.yaml`);
      daemon.kill('SIGHUP');
    },
    told: isEvent('policies.held', '"reason":"brake"'),
    group: 'sg-many10',
  },
  {
    title: 'a tag put on a foreign group does not rewrite that group',
    setting: {
      state: {
        securityGroups: [
          taggedGroup('sg-ours', { tier: 'web' }, wirePorts(8001, 5)),
          wireGroup('sg-theirs', wirePorts(3000, 5)),
        ],
      },
      files: { 'policies/tier.yaml': policyForTag('tier', 'web', portRules(8001, 5)) },
    },
    happens: (world) =>
      world.change((group) =>
        group.SecurityGroupId === 'sg-theirs'
          ? { ...group, Tags: [{ TagKey: 'tier', TagValue: 'web' }] }
          : group,
      ),
    told: isBlocked('takeover', 'sg-theirs'),
    group: 'sg-theirs',
  },
  {
    title: 'a group whose tag goes is released, and that is told',
    setting: {
      state: { securityGroups: [taggedGroup('sg-ours', { tier: 'web' }, wirePorts(8001, 5))] },
      files: { 'policies/tier.yaml': policyForTag('tier', 'web', portRules(8001, 5)) },
    },
    happens: (world) => world.change((group) => ({ ...group, Tags: [] })),
    told: isEvent('group.released', 'sg-ours'),
  },
  {
    title: 'a group that another one takes the name of is not rewritten before someone approves',
    setting: {
      state: {
        securityGroups: [
          { ...wireGroup('sg-old', wirePorts(8001, 5)), SecurityGroupName: 'web' },
          { ...wireGroup('sg-new', wirePorts(3000, 5)), SecurityGroupName: 'spare' },
        ],
      },
      files: {
        'policies/web.yaml': policyFor('sg-web', portRules(8001, 5)).replace('id: sg-web', 'name: web'),
      },
    },
    happens: (world) =>
      world.change((group) => ({
        ...group,
        SecurityGroupName: group.SecurityGroupId === 'sg-new' ? 'web' : 'retired',
      })),
    told: isBlocked('takeover', 'sg-new'),
    group: 'sg-new',
  },
];

test.concurrent.each(accidents)('$title', (accident) => expectHarmless(accident));
