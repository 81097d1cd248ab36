// The example estate is what a new user meets first: it must compile, without a warning, and show what it is
// said to show; its drifted counterpart must name the same groups.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compilePolicies } from '../../../../../reconciler/policy/compile/compile.ts';
import { readPolicyFile } from '../../../../../reconciler/policy/read/file.ts';

const ROOT = new URL('../../../../../', import.meta.url);
const names = readdirSync(new URL('policies/', ROOT)).filter((name) => name.endsWith('.yaml'));
const files = names.map((name) =>
  readPolicyFile(`policies/${name}`, readFileSync(new URL(`policies/${name}`, ROOT))),
);
const { groups, problems } = compilePolicies(files, { accounts: ['default'] });
const rules = groups.flatMap((group) => [...(group.rules.ingress ?? []), ...(group.rules.egress ?? [])]);

interface ExampleState {
  readonly securityGroups: ReadonlyArray<{ readonly SecurityGroupId: string; readonly VpcId: string }>;
  readonly prefixLists: ReadonlyArray<{ readonly PrefixListId: string }>;
  readonly portRangeLists: ReadonlyArray<{ readonly PortRangeListId: string }>;
}

const state = JSON.parse(readFileSync(new URL('emulator/example-state.json', ROOT), 'utf8')) as ExampleState;

describe('the example policies', () => {
  it('have no problems', () => {
    expect(problems).toEqual([]);
    expect(groups.map(({ selector }) => selector)).toEqual([
      { kind: 'id', id: 'sg-bp1bastion' },
      { kind: 'id', id: 'sg-bp1db' },
      { kind: 'id', id: 'sg-bp1web' },
    ]);
  });

  it('show every kind of peer, both families, a drop, a port list, an own side, an expiry', () => {
    expect(new Set(rules.map(({ rule }) => rule.peer.kind))).toEqual(
      new Set(['ipv4', 'ipv6', 'group', 'prefixList']),
    );
    expect(new Set(rules.map(({ rule }) => rule.direction))).toEqual(new Set(['ingress', 'egress']));
    expect(rules.some(({ rule }) => rule.action === 'drop')).toBe(true);
    expect(rules.some(({ rule }) => rule.ports.kind === 'list')).toBe(true);
    expect(rules.some(({ rule }) => rule.own !== null)).toBe(true);
    expect(rules.some(({ rule }) => rule.sourcePorts !== null)).toBe(true);
    expect(rules.some(({ expiresAtMs }) => expiresAtMs !== null)).toBe(true);
    expect(rules.every(({ name, rule }) => name !== null && rule.description !== null)).toBe(true);
  });
});

describe('the example state of the emulator', () => {
  it('holds every group and list that the policies name, in one VPC', () => {
    const known = new Set([
      ...state.securityGroups.map((group) => group.SecurityGroupId),
      ...state.prefixLists.map((list) => list.PrefixListId),
      ...state.portRangeLists.map((list) => list.PortRangeListId),
    ]);
    const named = rules.flatMap(({ rule }) => [
      ...('id' in rule.peer ? [rule.peer.id] : []),
      ...(rule.ports.kind === 'list' ? [rule.ports.id] : []),
    ]);
    const declared = groups.flatMap(({ selector }) => (selector.kind === 'id' ? [selector.id] : []));
    expect([...named, ...declared].filter((id) => !known.has(id))).toEqual([]);
    expect(new Set(state.securityGroups.map((group) => group.VpcId)).size).toBe(1);
  });
});
