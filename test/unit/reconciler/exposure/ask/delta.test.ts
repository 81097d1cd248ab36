import { describe, expect, it } from 'vitest';
import type { Box } from '../../../../../reconciler/exposure/text/box.ts';
import type { GroupContext } from '../../../../../reconciler/exposure/engine/context.ts';
import { exposureDelta } from '../../../../../reconciler/exposure/ask/delta.ts';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import { makeGroup } from '../../../../../bench/shapes.ts';
import { Random } from '../../../../support/random.ts';
import { prefix, rule } from '../../../../support/rule-sets.ts';

const CONTEXT: GroupContext = {
  id: 'sg-self',
  type: 'normal',
  innerAccess: 'drop',
  classic: false,
  prefixLists: new Map(),
  portLists: new Map(),
};

const box = (fields: Partial<Box>): Box => ({
  direction: 'ingress',
  family: 'ipv4',
  protocol: 'tcp',
  ports: '1/65535',
  peer: '0.0.0.0/0',
  ...fields,
});

interface Case {
  readonly before?: Rule[];
  readonly after?: Rule[];
  readonly context?: Partial<GroupContext>;
  readonly opened?: Box[];
  readonly closed?: Box[];
}

const web = rule({ ports: '443' });

const CASES: Readonly<Record<string, Case>> = {
  'a new accept opens its box': {
    after: [rule({ ports: '22', peer: '10.0.0.0/8' })],
    opened: [box({ ports: '22/22', peer: '10.0.0.0/8' })],
  },
  'a removed accept closes its box': {
    before: [rule({ ports: '22', peer: '10.0.0.0/8' })],
    closed: [box({ ports: '22/22', peer: '10.0.0.0/8' })],
  },
  'another description changes nothing': {
    before: [web],
    after: [{ ...web, description: 'HTTPS' }],
  },
  'another priority without a rival changes nothing': {
    before: [web],
    after: [{ ...web, priority: 7 }],
  },
  'halves instead of the whole change nothing': {
    before: [rule({ peer: '10.0.0.0/8' })],
    after: [rule({ peer: '10.0.0.0/9' }), rule({ peer: '10.128.0.0/9' })],
  },
  'a wider prefix opens the rest': {
    before: [rule({ peer: '10.0.0.0/9' })],
    after: [rule({ peer: '10.0.0.0/8' })],
    opened: [box({ peer: '10.128.0.0/9' })],
  },
  'at equal priority drop wins, so an accept opens nothing': {
    before: [rule({ action: 'drop' })],
    after: [rule({ action: 'drop' }), web],
  },
  'a drop cuts its part out of what it overrules': {
    before: [rule({ ports: '1-1024', priority: 2 })],
    after: [rule({ ports: '1-1024', priority: 2 }), rule({ ports: '22', action: 'drop' })],
    closed: [box({ ports: '22/22' })],
  },
  'what stays closed inside a prefix is an exception': {
    before: [rule({ peer: '10.1.0.0/16', action: 'drop' })],
    after: [rule({ peer: '10.1.0.0/16', action: 'drop' }), rule({ peer: '10.0.0.0/8' })],
    opened: [box({ peer: '10.0.0.0/8', exceptPeers: ['10.1.0.0/16'] })],
  },
  'an interval that is no prefix becomes prefixes': {
    before: [rule({ peer: '10.0.0.0/24' })],
    after: [rule({ peer: '10.0.0.0/22' })],
    opened: [box({ peer: '10.0.1.0/24' }), box({ peer: '10.0.2.0/23' })],
  },
  'every protocol is `all`': {
    after: [rule({ protocol: 'all' })],
    opened: [box({ protocol: 'all', ports: '-1/-1' })],
  },
  'every protocol but some is ranges of numbers': {
    before: [rule({ ports: '22', action: 'drop' }), rule({ protocol: 'gre', action: 'drop' })],
    after: [
      rule({ ports: '22', action: 'drop' }),
      rule({ protocol: 'gre', action: 'drop' }),
      rule({ protocol: 'all' }),
    ],
    opened: [
      box({ protocol: '0-5', ports: '-1/-1' }),
      box({ ports: '1/21' }),
      box({ ports: '23/65535' }),
      box({ protocol: '7-16', ports: '-1/-1' }),
      box({ protocol: 'udp' }),
      box({ protocol: '18-46', ports: '-1/-1' }),
      box({ protocol: '48-255', ports: '-1/-1' }),
    ],
  },
  'TCP does not hide in a range of numbers': {
    before: [rule({ protocol: 'udp', action: 'drop' })],
    after: [rule({ protocol: 'udp', action: 'drop' }), rule({ protocol: 'all' })],
    opened: [
      box({ protocol: '0-5', ports: '-1/-1' }),
      box({}),
      box({ protocol: '7-16', ports: '-1/-1' }),
      box({ protocol: '18-255', ports: '-1/-1' }),
    ],
  },
  'the source port and the own side are told': {
    after: [rule({ sourcePorts: { first: 1024, last: 65535 }, own: '10.1.0.0/16' })],
    opened: [box({ sourcePorts: '1024/65535', own: '10.1.0.0/16' })],
  },
  'an own side that stays open is an exception': {
    before: [rule({ own: '10.1.0.0/16' })],
    after: [rule({})],
    opened: [box({ own: '0.0.0.0/0', exceptOwn: ['10.1.0.0/16'] })],
  },
  'a group counts for both families at once': {
    after: [rule({ ports: '22', peer: 'sg-a' })],
    opened: [box({ family: 'group', ports: '22/22', peer: 'sg-a' })],
  },
  'a group opens in one family what the other has open': {
    before: [rule({ peer: '::/0' })],
    after: [rule({ peer: '::/0' }), rule({ peer: 'sg-a' })],
    opened: [box({ memberOf: ['sg-a'] })],
  },
  'exceptions of both families stand in the one box of a group': {
    before: [rule({ peer: '10.0.0.0/8' }), rule({ peer: '2001:db8::/32' })],
    after: [rule({ peer: '10.0.0.0/8' }), rule({ peer: '2001:db8::/32' }), rule({ peer: 'sg-a' })],
    opened: [box({ family: 'group', peer: 'sg-a', exceptPeers: ['10.0.0.0/8', '2001:db8::/32'] })],
  },
  'members of two groups are told apart from the rest': {
    before: [rule({ peer: 'sg-a' })],
    after: [rule({ peer: 'sg-a', priority: 2 }), rule({ peer: 'sg-b', action: 'drop' })],
    closed: [box({ family: 'group', peer: 'sg-a', memberOf: ['sg-b'] })],
  },
  'an own side says of which family the members of a group are': {
    after: [rule({ peer: 'sg-a', own: '10.1.0.0/16' })],
    opened: [box({ family: 'group', peer: 'sg-a', own: '10.1.0.0/16' })],
  },
  'ICMP from a group is of IPv4': {
    after: [rule({ protocol: 'icmp', peer: 'sg-a' })],
    opened: [box({ family: 'group', protocol: 'icmp', ports: '-1/-1', peer: 'sg-a' })],
  },
  'a prefix list of known family is a symbol of that family': {
    after: [rule({ peer: 'pl-a' })],
    context: { prefixLists: new Map([['pl-a', { family: 'ipv6', entries: null }]]) },
    opened: [box({ family: 'prefixList', peer: 'pl-a' })],
  },
  'a prefix list of known content is its prefixes': {
    before: [rule({ peer: '10.0.0.0/9' })],
    after: [rule({ peer: '10.0.0.0/9' }), rule({ peer: 'pl-a' })],
    context: {
      prefixLists: new Map([
        ['pl-a', { family: 'ipv4', entries: [prefix('10.0.0.0/8'), prefix('192.0.2.0/24')] }],
      ]),
    },
    opened: [box({ peer: '10.128.0.0/9' }), box({ peer: '192.0.2.0/24' })],
  },
  'a port list is a symbol': {
    after: [rule({ ports: 'prl-a', peer: '10.0.0.0/8' })],
    opened: [box({ peer: '10.0.0.0/8', memberOf: ['prl-a'] })],
  },
  'a port list of known content is its ports': {
    after: [rule({ ports: 'prl-a' })],
    context: {
      portLists: new Map([
        [
          'prl-a',
          [
            { first: 80, last: 80 },
            { first: 443, last: 443 },
          ],
        ],
      ]),
    },
    opened: [box({ ports: '80/80' }), box({ ports: '443/443' })],
  },
  'egress of a normal group is open without rules': {
    after: [rule({ direction: 'egress' })],
  },
  'egress of a normal group is closed by a drop': {
    after: [rule({ direction: 'egress', action: 'drop' })],
    closed: [box({ direction: 'egress' })],
  },
  'egress of an enterprise group is closed without rules': {
    context: { type: 'enterprise' },
    after: [rule({ direction: 'egress' })],
    opened: [box({ direction: 'egress' })],
  },
  'members that reach each other anyway gain nothing by a rule for the group itself': {
    context: { innerAccess: 'accept' },
    after: [rule({ peer: 'sg-self' })],
  },
  'an enterprise group ignores inner access': {
    context: { type: 'enterprise', innerAccess: 'accept' },
    after: [rule({ peer: 'sg-self' })],
    opened: [box({ family: 'group', peer: 'sg-self' })],
  },
  'the public card of a classic network is a world of its own': {
    before: [rule({ nicType: 'internet' })],
    after: [rule({ nicType: 'intranet' })],
    opened: [box({})],
    closed: [box({ nicType: 'internet' })],
  },
};

describe('what opens and closes', () => {
  it.each(Object.entries(CASES))(
    'what opens and closes: %s',
    (_, { before = [], after = [], context = {}, ...expected }) => {
      const { opened, closed, exact } = exposureDelta(before, after, { ...CONTEXT, ...context });
      expect({ opened, closed, exact }).toEqual({ opened: [], closed: [], exact: true, ...expected });
    },
  );
});

describe('effects', () => {
  const summary = (before: readonly Rule[], after: readonly Rule[]): unknown[] =>
    exposureDelta(before, after, CONTEXT).effects.map(({ effect, change, rule: cause, boxes }) => [
      effect,
      change,
      cause,
      boxes,
    ]);

  it('blame each added rule for its own part', () => {
    const low = rule({ ports: '1-99' });
    const high = rule({ ports: '90-200', priority: 2 });
    expect(summary([], [high, low])).toEqual([
      ['opens', 'added', low, [box({ ports: '1/99' })]],
      ['opens', 'added', high, [box({ ports: '100/200' })]],
    ]);
  });

  it('blame the added rule for what it decides now, and a removed one for the rest', () => {
    const all = rule({ ports: '1-99', priority: 9 });
    const drop = rule({ ports: '1-99', action: 'drop', priority: 2 });
    const accept = rule({ ports: '1-49', priority: 1 });
    expect(summary([all, drop], [all, accept])).toEqual([
      ['opens', 'added', accept, [box({ ports: '1/49' })]],
      ['opens', 'removed', drop, [box({ ports: '50/99' })]],
    ]);
  });

  it('leave out changed rules that change nothing', () => {
    const shadowed = rule({ ports: '22', priority: 9 });
    expect(summary([web, rule({ action: 'drop' })], [rule({ action: 'drop' }), shadowed])).toEqual([]);
  });

  it('have an example from their boxes', () => {
    const after = [rule({ ports: '22', peer: '10.0.0.0/8', own: '10.1.0.0/16' })];
    expect(exposureDelta([], after, CONTEXT).effects[0]?.example).toEqual({
      direction: 'ingress',
      nicType: 'intranet',
      family: 'ipv4',
      protocol: 6,
      port: 22,
      peer: prefix('10.0.0.7').address,
      sourcePort: 50_000,
      own: prefix('10.1.0.1').address,
      memberOf: [],
    });
  });
});

it('out of budget, the boxes are those of the changed rules', () => {
  const drop = rule({ peer: '10.1.0.0/16', action: 'drop' });
  const accept = rule({ peer: '10.0.0.0/8' });
  const { opened, closed, effects, exact } = exposureDelta([drop], [drop, accept], CONTEXT, 0);
  expect({ opened, closed, exact }).toEqual({
    opened: [box({ peer: '10.0.0.0/8' })],
    closed: [],
    exact: false,
  });
  expect(effects.map(({ rule: cause, example }) => [cause, example])).toEqual([[accept, null]]);
});

it('one intricate rule takes nothing from the budget of the others', () => {
  const accepts = Array.from({ length: 60 }, (_, at) =>
    rule({ ports: String(100 + 2 * at), peer: `10.0.${at}.0/24`, priority: 10 }),
  );
  const intricate = rule({ protocol: 'all', peer: '0.0.0.0/0', action: 'drop', priority: 5 });
  const plain = rule({ ports: '22', peer: '192.168.0.1', priority: 6 });
  const { effects } = exposureDelta([intricate, ...accepts], [plain, ...accepts], CONTEXT, 40_000);
  expect(effects.map(({ rule: cause, example }) => [cause, example !== null])).toEqual([
    [intricate, false],
    [plain, true],
  ]);
});

it('boxes that cannot be paid are not begun: the answer is that of the changed rules', () => {
  const random = new Random(1);
  const before = makeGroup('boxes4d', 60, random);
  const after = makeGroup('boxes4d', 60, random);
  const [poor, rich] = [1_500_000, 20_000_000].map((maxWork) =>
    exposureDelta(before, after, CONTEXT, maxWork),
  );
  expect([poor?.exact, rich?.exact]).toEqual([false, true]);
  expect((poor?.opened.length ?? 0) + (poor?.closed.length ?? 0)).toBe(120);
});

it('one region that is thousands of boxes is paid for as that many', () => {
  const gaps = Array.from({ length: 40 }, (_, at) => 1000 + 10 * at);
  const drops = gaps.flatMap((gap) => [
    rule({ action: 'drop', ports: String(gap) }),
    rule({ action: 'drop', sourcePorts: { first: gap, last: gap } }),
  ]);
  const [poor, rich] = [200_000, 2_000_000].map((maxWork) =>
    exposureDelta(drops, [...drops, rule({ priority: 2 })], CONTEXT, maxWork),
  );
  expect([poor?.exact, poor?.opened.length]).toEqual([false, 1]);
  expect([rich?.exact, rich?.opened.length]).toEqual([true, 41 * 41]);
});

it('a thousand boxes of random peers and ports, all replaced, are within the budget', () => {
  const random = new Random(1);
  const before = makeGroup('boxes2d', 1000, random);
  const after = makeGroup('boxes2d', 1000, random);
  expect(exposureDelta(before, after, CONTEXT).exact).toBe(true);
});

it.each<[string, Rule[], Rule[], boolean[]]>([
  ['a rule where nothing was', [], [web], [true]],
  ['a rule of a group', [], [rule({ ports: '443', peer: 'sg-a' })], [true]],
  ['a rule beside a narrower one', [rule({ ports: '443', peer: '10.0.0.0/8' })], [web], [false]],
  ['a rule below a drop', [rule({ peer: '10.0.0.0/8', action: 'drop' })], [web], [false]],
  ['a rule that goes', [web], [], [true]],
  ['a wider range of ports', [web], [rule({ ports: '443-444' })], [false]],
])('says of each effect whether it is all that the rule matches: %s', (_, before, added, whole) => {
  const after = before.length > 0 && added.length > 0 ? [...before, ...added] : added;
  expect(exposureDelta(before, after, CONTEXT).effects.map((effect) => effect.whole)).toEqual(whole);
});
