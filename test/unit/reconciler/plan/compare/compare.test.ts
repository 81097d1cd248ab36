import { describe, expect, it } from 'vitest';
import type { DesiredGroup, DesiredRule, DesiredState } from '../../../../../reconciler/model/group.ts';
import { comparePolicies } from '../../../../../reconciler/plan/compare/compare.ts';
import { settingsChanges } from '../../../../../reconciler/plan/compare/settings-changes.ts';
import { expectation, guardrail } from '../../../../support/judge/demands.ts';
import { desired, OPTIONS } from '../../../../support/plan-inputs.ts';
import { ports, rule } from '../../../../support/rule-sets.ts';

const SETTINGS = { settings: OPTIONS, defaultMode: 'enforce', privateNetworks: [], nowMs: 1_000 } as const;
const source = { file: 'web.yaml', line: 1, column: 1 };
const https = desired(rule({ ports: '443' }));
const ssh = desired(rule({ ports: '22' }));

const groupWith = (
  ingress: readonly DesiredRule[] | null,
  fields: Partial<DesiredGroup> = {},
): DesiredGroup => ({
  account: 'default',
  region: 'cn-hangzhou',
  selector: { kind: 'id', id: 'sg-web' },
  mode: null,
  alone: false,
  ignore: [],
  rules: { ingress, egress: null },
  source,
  ...fields,
});

const state = (...groups: DesiredGroup[]): DesiredState => ({
  revision: 'r',
  groups,
  expectations: [],
  guardrails: [],
});

const compared = (before: DesiredGroup, after: DesiredGroup) =>
  comparePolicies(state(before), state(after), SETTINGS).groups[0];

describe('comparePolicies', () => {
  it('leaves rules out on both sides that have expired by now', () => {
    const over = { ...ssh, expiresAtMs: 1_000 };
    expect(compared(groupWith([https, over]), groupWith([https]))).toMatchObject({ change: 'same' });
    expect(compared(groupWith([https, over]), groupWith([https, ssh]))).toMatchObject({
      diff: { missing: [{ rule: { ports: ports('22') } }] },
    });
  });

  it('takes rules of a group in mode additive for left alone', () => {
    const group = compared(groupWith([https, ssh]), groupWith([https], { mode: 'additive' }));
    expect(group).toMatchObject({ status: 'pending', exposure: { closed: [] } });
    expect(group?.diff.unexpected).toHaveLength(1);
  });

  it('takes rules for ours where the policy says declared', () => {
    const group = compared(
      groupWith([https, ssh], { ownership: 'declared' }),
      groupWith([https], { ownership: 'declared' }),
    );
    expect(group?.diff).toMatchObject({ unexpected: [{}], unmanaged: 0 });
  });

  it('says what opens to the internet', () => {
    expect(compared(groupWith([]), groupWith([ssh]))?.opening).toEqual([
      { family: 'ipv4', protocol: 'tcp', ports: '22/22' },
    ]);
  });

  it('judges no loss against policies that had no groups', () => {
    expect(comparePolicies(state(), state(groupWith([https])), SETTINGS)).toMatchObject({
      loss: null,
      groups: [{ change: 'added' }],
    });
  });

  it('blocks what breaks a guardrail that the base keeps, for a new group as well, and not what the base breaks', () => {
    const guarded = (...groups: DesiredGroup[]): DesiredState => ({
      ...state(...groups),
      guardrails: [guardrail({ services: ['tcp/22'] })],
    });
    const statusOf = (before: DesiredState, after: DesiredState) =>
      comparePolicies(before, after, SETTINGS).groups.map(({ status }) => status);
    const open = groupWith([https, ssh]);
    expect(statusOf(guarded(groupWith([https])), guarded(open))).toEqual(['blocked']);
    expect(statusOf(guarded(), guarded(open))).toEqual(['blocked']);
    expect(statusOf(guarded(groupWith([ssh])), guarded(open))).toEqual(['pending']);
    expect(statusOf(guarded(groupWith([https])), guarded({ ...open, mode: 'observe' }))).toEqual([
      'observed',
    ]);
  });

  it('tells a new expectation that fails of a group whose rules stay, and none that was there', () => {
    const closed = { ...expectation('drop', { services: ['tcp/22'] }), groups: ['sg-web'] };
    const asked = { ...state(groupWith([ssh])), expectations: [closed] };
    const found = comparePolicies(state(groupWith([ssh])), asked, SETTINGS);
    expect(found.expected).toEqual([closed]);
    expect(found.groups).toMatchObject([{ change: 'same', findings: [{ id: 'expectation-fails' }] }]);
    expect(comparePolicies(asked, asked, SETTINGS)).toMatchObject({
      expected: [],
      groups: [{ findings: [] }],
    });
  });

  it('shows a group that no policy names any more as released, with its rules left alone', () => {
    const found = comparePolicies(state(groupWith([https, ssh])), state(), SETTINGS);
    expect(found.groups).toMatchObject([{ change: 'released', status: 'released', diff: { unmanaged: 2 } }]);
    expect(found.loss?.released).toHaveLength(1);
  });

  it('compares a group of more rules than the quota allows', () => {
    const many = Array.from({ length: 60 }, (_, at) => desired(rule({ ports: String(at + 1) })));
    const tight = { ...SETTINGS, settings: { ...OPTIONS, ruleQuota: 10 } };
    const [group] = comparePolicies(state(groupWith([https])), state(groupWith(many)), tight).groups;
    expect(group).toMatchObject({ status: 'pending', blockedBy: [], exposure: { exact: true } });
    expect(group?.exposure.opened).not.toEqual([]);
  });
});

describe('settingsChanges', () => {
  const pattern = { description: 'acs/*', source };
  it.each<[string, Partial<DesiredGroup>, Partial<DesiredGroup>, string[]]>([
    ['nothing', {}, { source: { ...source, line: 9 } }, []],
    ['a mode that the config says anyway', {}, { mode: 'enforce' }, []],
    ['a mode', {}, { mode: 'observe' }, ['mode enforce -> observe']],
    ['whose rules are whose', {}, { ownership: 'declared' }, ['ownership exclusive -> declared']],
    ['being alone', {}, { alone: true }, ['alone false -> true']],
    ['a pattern', {}, { ignore: [pattern] }, ['ignore patterns: 1 added, 0 removed']],
    [
      'where a pattern stands',
      { ignore: [pattern] },
      { ignore: [{ ...pattern, source: { ...source, line: 4 } }] },
      [],
    ],
    [
      'an end',
      {},
      { rules: { ingress: [{ ...https, expiresAtMs: 0 }], egress: null } },
      ['expires never -> 1970-01-01T00:00:00.000Z: ingress accept tcp 443/443 from 0.0.0.0/0 priority 1'],
    ],
    [
      'a direction given up',
      {},
      { rules: { ingress: null, egress: null } },
      ['ingress is no longer managed: what is there stays (1 rule)'],
    ],
    [
      'a direction taken on',
      {},
      { rules: { ingress: [https], egress: [] } },
      ['egress is managed from now on: rules of it that no policy declares are not known here'],
    ],
  ])('tells %s', (_what, before, after, told) => {
    expect(settingsChanges(groupWith([https], before), groupWith([https], after), 'enforce')).toEqual(told);
  });
});
