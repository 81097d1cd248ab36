import { describe, expect, it } from 'vitest';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import { describeRule } from '../../../../../reconciler/model/rule-text.ts';
import { widenings } from '../../../../../reconciler/plan/fit/widening.ts';
import { described, desired, groupOf } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const LOW = rule({ ports: '1-10', peer: '10.0.0.0/8' });
const HIGH = rule({ ports: '11-20', peer: '10.0.0.0/8' });
const LEFT = rule({ ports: '1-20', peer: '10.0.0.0/9' });
const RIGHT = rule({ ports: '1-20', peer: '10.128.0.0/9' });
const BLOCK = rule({ ports: '1-20', peer: '10.0.0.0/8' });

interface Offer {
  readonly old?: readonly Rule[];
  readonly added?: readonly Rule[];
  readonly kept?: readonly Rule[];
}

/** `from => wide => new, new` of each widening. */
function offered({ old = [LOW, HIGH], added = [LEFT, RIGHT], kept = [] }: Offer): string[] {
  const group = groupOf(described([...old, ...kept]));
  const changes = {
    added: added.map((item) => desired(item)),
    modified: [],
    removed: group.rules.slice(0, old.length),
  };
  return widenings(changes, group).map(({ widen, narrow }) =>
    [widen.from.rule, widen.to.rule, ...narrow.map(({ to }) => to.rule)].map(describeRule).join(' => '),
  );
}

const way = (...rules: readonly Rule[]): string => rules.map(describeRule).join(' => ');

describe('a widened rule', () => {
  it('covers the new rules that overlap an old one, no more, and may become any of them', () => {
    const elsewhere = rule({ ports: '1-20', peer: '192.168.0.0/16' });
    expect(offered({ added: [LEFT, elsewhere, RIGHT] })).toEqual([way(LOW, BLOCK, LEFT, RIGHT)]);
  });

  it('is as wide below the old one as above it', () => {
    expect(offered({ old: [HIGH] })).toEqual([way(HIGH, BLOCK, LEFT, RIGHT)]);
  });

  it.each<[string, Partial<Rule>]>([
    ['another action', { action: 'drop' }],
    ['another priority', { priority: 2 }],
    ['another protocol', { protocol: 'udp' }],
    ['an own side', { own: { kind: 'ipv4', address: 0n, length: 1 } }],
    ['a group as its peer', rule({ ports: '1-99', peer: 'sg-a' })],
    ['a port list', { ports: { kind: 'list', id: 'prl-a' } }],
  ])('is no wider for an overlapping rule with %s', (_, fields) => {
    const other: Rule = { ...rule({ ports: '1-99', peer: '10.0.0.0/9' }), ...fields };
    const [found] = offered({ old: [LOW], added: [other, LEFT] });
    expect(found).toContain(way(LOW, BLOCK, LEFT));
  });

  it.each<[string, Rule]>([
    ['a rule that is there', BLOCK],
    ['one that is there with another priority', { ...BLOCK, priority: 7 }],
  ])('is never %s: the cloud could take the one for the other', (_, twin) => {
    expect(offered({ kept: [twin] })).toEqual([]);
  });

  it('bears the text of a rule that it may become, and never leaves one to a rule that has none', () => {
    const [web, mail] = [
      { ...LOW, description: 'web' },
      { ...LEFT, description: 'mail' },
    ];
    expect(offered({ old: [web], added: [mail, RIGHT] })).toEqual([
      way(web, { ...BLOCK, description: 'mail' }, mail),
    ]);
    expect(offered({ old: [web], added: [LEFT, RIGHT] })).toEqual([]);
    expect(offered({ old: [LOW], added: [mail, RIGHT] })).toEqual([way(LOW, BLOCK, mail, RIGHT)]);
  });

  it('works for IPv6 too', () => {
    const block = rule({ ports: '1-20', peer: '2001:db8::/32' });
    const halves = ['2001:db8::/33', '2001:db8:8000::/33'].map((peer) => rule({ ports: '1-20', peer }));
    const old = rule({ ports: '1-10', peer: '2001:db8::/32' });
    expect(offered({ old: [old], added: halves })).toEqual([way(old, block, ...halves)]);
  });

  it('needs rule ids: on the API of 2019 no call changes a peer', () => {
    const group = groupOf(
      described([LOW, HIGH]).map((item) => ({ ...item, id: null })),
      { apiLevel: 'legacy2019' },
    );
    const changes = {
      added: [LEFT, RIGHT].map((item) => desired(item)),
      modified: [],
      removed: group.rules,
    };
    expect(widenings(changes, group)).toEqual([]);
  });
});
