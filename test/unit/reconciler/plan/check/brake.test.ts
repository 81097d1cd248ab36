// When a plan waits for a person, and which approval lets it go on.
import { describe, expect, it } from 'vitest';
import type { DescribedGroup } from '../../../../../reconciler/model/group.ts';
import { ruleIdentity, type Rule } from '../../../../../reconciler/model/rule.ts';
import { losingKey } from '../../../../../reconciler/judge/loss/losing-rules.ts';
import type { GroupPlan, GroupPolicy } from '../../../../../reconciler/plan/plan.ts';
import {
  DEFAULT_BRAKE,
  openingKey,
  type Approval,
  type BrakeSettings,
  type SafetyInput,
} from '../../../../../reconciler/plan/safety.ts';
import { described, groupOf, OPTIONS, planFor, policyOf, SAFETY } from '../../../../support/plan-inputs.ts';
import { prefix, rule } from '../../../../support/rule-sets.ts';

const NOW_MS = 1_000_000;

const IGNORE = [
  { description: 'cluster/*', protocol: 'tcp' as const, source: { file: 'web.yaml', line: 9, column: 1 } },
];

/** Accepts of different ports from a private network. */
const accepts = (count: number, from = 1000): Rule[] =>
  Array.from({ length: count }, (_, at) => rule({ ports: String(from + at), peer: '10.0.0.0/8' }));

interface Scene {
  readonly there: readonly Rule[];
  readonly wanted: readonly Rule[];
  readonly brake?: Partial<BrakeSettings> | 'off';
  readonly safety?: Partial<SafetyInput>;
  readonly policy?: Partial<GroupPolicy>;
  readonly group?: Partial<DescribedGroup>;
}

function planOf({ there, wanted, brake = {}, safety, policy, group }: Scene): GroupPlan {
  const settings = brake === 'off' ? brake : { ...DEFAULT_BRAKE, ...brake };
  return planFor(policyOf(wanted, policy), groupOf(described(there), group), OPTIONS, {
    safety: { ...SAFETY, brake: settings, ...safety },
    nowMs: NOW_MS,
  });
}

const kinds = (scene: Scene): string[] => planOf(scene).blockedBy.map(({ kind }) => kind);
const messages = (scene: Scene): string =>
  planOf(scene)
    .blockedBy.map(({ message }) => message)
    .join('\n');

const identities = (rules: readonly Rule[]): Set<string> => new Set(rules.map(ruleIdentity));

describe('the brake', () => {
  it('stops a plan beyond `rules`, and not one at it', () => {
    const there = accepts(100);
    expect(kinds({ there, wanted: there.slice(20) })).toEqual([]);
    expect(messages({ there, wanted: there.slice(21) })).toContain(
      '21 rules would lose traffic; reconcile.brake.rules allows 20',
    );
  });

  it('stops a plan beyond `percent` from three losing rules on', () => {
    expect(kinds({ there: accepts(3), wanted: accepts(1) })).toEqual([]);
    expect(kinds({ there: accepts(10), wanted: accepts(7) })).toEqual([]);
    expect(messages({ there: accepts(9), wanted: accepts(6) })).toContain('33 % of 9 accept rules');
  });

  it('reckons the share without ignored rules and unmanaged directions', () => {
    const ignored = accepts(50, 3000).map((each) => ({ ...each, description: 'cluster/a' }));
    const egress = accepts(50, 4000).map((each) => ({ ...each, direction: 'egress' as const }));
    const policy = { ignore: IGNORE, rules: { ...policyOf(accepts(6)).rules, egress: null } };
    expect(messages({ there: [...accepts(9), ...ignored, ...egress], wanted: [], policy })).toContain(
      'of 9 accept rules',
    );
  });

  it('stops a plan that empties a direction, also in a group of one rule', () => {
    expect(messages({ there: accepts(1), wanted: [] })).toContain(
      'nothing of ingress IPv4 would be accepted',
    );
  });

  it('stops a plan that leaves nothing but ignored rules', () => {
    const ignored = { ...rule({ ports: '9' }), description: 'cluster/a' };
    expect(messages({ there: [...accepts(1), ignored], wanted: [], policy: { ignore: IGNORE } })).toContain(
      'nothing of ingress IPv4',
    );
  });

  it('stops a plan whose added drop cuts rules that stay', () => {
    const there = accepts(5);
    const drop = rule({ protocol: 'all', action: 'drop', peer: '10.0.0.0/8' });
    const plan = planOf({ there, wanted: [...there, drop] });
    expect(plan.losing).toHaveLength(5);
    expect(plan.status).toBe('blocked');
  });

  it('counts ignored rules that an added drop cuts', () => {
    const ignored = accepts(4, 3000).map((each) => ({ ...each, description: 'cluster/a', priority: 2 }));
    const drop = rule({ ports: '3000-3003', action: 'drop', peer: '10.0.0.0/8' });
    const plan = planOf({
      there: [...accepts(2), ...ignored],
      wanted: [...accepts(2), drop],
      policy: { ignore: IGNORE },
    });
    expect(plan.losing).toHaveLength(4);
    expect(plan.blockedBy.map(({ kind }) => kind)).toEqual(['brake']);
  });

  it('stops what is too much with the losses of the last hour', () => {
    const scene = { there: accepts(100), wanted: accepts(95) };
    expect(kinds({ ...scene, safety: { lostLastHour: 15 } })).toEqual([]);
    expect(messages({ ...scene, safety: { lostLastHour: 16 } })).toContain(
      'after 16 in the last hour; reconcile.brake.perHour allows 20',
    );
    expect(kinds({ ...scene, brake: { perHour: 4 } })).toEqual(['brake']);
  });

  it('does not stop a plan that loses nothing, whatever was lost', () => {
    expect(kinds({ there: accepts(1), wanted: accepts(2), safety: { lostLastHour: 99 } })).toEqual([]);
  });

  it('stops nothing where it is off', () => {
    const plan = planOf({ there: accepts(42), wanted: [], brake: 'off', safety: { isNew: true } });
    expect(plan.status).toBe('pending');
    expect(plan.losing).toEqual([]);
  });

  it('does not stop another writing of the same rules', () => {
    const there = accepts(40);
    expect(kinds({ there, wanted: there.map((each) => ({ ...each, priority: 7 })) })).toEqual([]);
  });
});

it('the members of a group are where the config says that private addresses are', () => {
  const there = groupsAccepts();
  const ban = rule({ protocol: 'all', action: 'drop', peer: '10.0.0.0/8' });
  const scene = { there, wanted: [...there, ban] };
  expect(planOf(scene).losing).toHaveLength(3);
  expect(planOf({ ...scene, safety: { privateNetworks: [prefix('192.168.0.0/16')] } }).losing).toEqual([]);
});

const groupsAccepts = (): Rule[] =>
  ['sg-a', 'sg-b', 'sg-c'].map((peer) => rule({ ports: '443', peer, priority: 2 }));

describe('undoing drift is no loss', () => {
  describe('where a drop is restored that someone removed by hand', () => {
    const ban: Rule = rule({ ports: '1-65535', peer: '10.0.0.0/9', action: 'drop', priority: 1 });
    const open = accepts(50).map((each) => ({ ...each, priority: 2 }));
    const scene = { there: open, wanted: [...open, ban] };

    it('the plan is not stopped', () => {
      expect(kinds({ ...scene, safety: { lastConverged: identities([...open, ban]) } })).toEqual([]);
    });

    it('it is where the drop was not there before, or what was accepted then is not known', () => {
      expect(kinds({ ...scene, safety: { lastConverged: identities(open) } })).toEqual(['brake']);
      const gone = rule({ ports: '9', peer: '10.0.0.0/8', priority: 1 });
      expect(kinds({ ...scene, safety: { lastConverged: identities([...open, ban, gone]) } })).toEqual([
        'brake',
      ]);
    });

    it('rules that the policy takes away besides are counted', () => {
      const safety = { lastConverged: identities([...open, ban]) };
      expect(kinds({ there: open, wanted: [...open.slice(30), ban], safety })).toEqual(['brake']);
      expect(kinds({ there: open, wanted: [...open.slice(5), ban], safety })).toEqual([]);
    });
  });

  it('for rules that came since the group last converged', () => {
    const lastConverged = identities(accepts(3));
    const plan = planOf({ there: accepts(50), wanted: accepts(3), safety: { lastConverged } });
    expect(plan.losing).toEqual([]);
    expect(plan.status).toBe('pending');
  });

  it('for the one rule that came to an empty group', () => {
    expect(kinds({ there: accepts(1), wanted: [], safety: { lastConverged: new Set() } })).toEqual([]);
  });

  it('but every rule counts where no converged state is known', () => {
    expect(planOf({ there: accepts(50), wanted: accepts(3) }).losing).toHaveLength(47);
  });

  it('and to open again to the internet what was open is no opening', () => {
    const web = rule({ ports: '443' });
    const scene = { there: accepts(1), wanted: [...accepts(1), web] };
    expect(kinds(scene)).toEqual(['opening']);
    expect(kinds({ ...scene, safety: { lastConverged: identities([...accepts(1), web]) } })).toEqual([]);
    expect(kinds({ ...scene, safety: { lastConverged: identities(accepts(1)) } })).toEqual(['opening']);
  });

  it('but it is one where a drop rule kept it shut that the policy has given up', () => {
    const web = rule({ ports: '443', priority: 10 });
    const lastConverged = identities([...accepts(1), web, { ...web, action: 'drop', priority: 1 }]);
    const scene = { there: accepts(1), wanted: [...accepts(1), web], safety: { lastConverged } };
    expect(kinds(scene)).toEqual(['opening']);
  });
});

describe('what was announced with a date', () => {
  it('is no loss and empties nothing once it goes', () => {
    const announced = identities(accepts(30));
    expect(kinds({ there: accepts(30), wanted: [], safety: { announced } })).toEqual([]);
    expect(kinds({ there: accepts(31), wanted: [], safety: { announced } })).toEqual(['brake']);
  });
});

describe('a takeover', () => {
  const safety = { isNew: true };

  it('waits where the first plan would close or open something', () => {
    expect(kinds({ there: accepts(2), wanted: accepts(3), safety })).toEqual(['takeover']);
    expect(messages({ there: accepts(3), wanted: accepts(2), safety })).toContain(
      'it holds 3 rules, and the first plan would close traffic',
    );
  });

  it.each<[string, Scene]>([
    ['without rules', { there: [], wanted: accepts(2), safety }],
    [
      'whose traffic stays',
      { there: accepts(2), wanted: accepts(2).map((each) => ({ ...each, priority: 3 })), safety },
    ],
    ['that was taken over', { there: accepts(2), wanted: accepts(3) }],
    [
      'where the config lets it',
      { there: accepts(2), wanted: accepts(3), safety, brake: { takeover: 'auto' } },
    ],
  ])('does not wait for a group %s', (_title, scene) => {
    expect(kinds(scene)).toEqual([]);
  });
});

describe('an opening', () => {
  const scene = { there: accepts(1), wanted: [...accepts(1), rule({ ports: '22' })] };

  it('to the internet waits, with its port', () => {
    expect(messages(scene)).toContain('tcp 22/22 over IPv4');
  });

  it('does not wait where that is off, or to a private network', () => {
    expect(kinds({ ...scene, brake: { opens: 'off' } })).toEqual([]);
    expect(kinds({ there: accepts(1), wanted: accepts(2) })).toEqual([]);
  });
});

describe('an approval', () => {
  const scene: Scene = {
    there: accepts(30),
    wanted: [...accepts(3), rule({ ports: '22' })],
    safety: { isNew: true },
  };
  const plan = planOf(scene);
  const approval: Approval = {
    planHash: plan.hash,
    desiredHash: plan.desiredHash,
    losing: plan.losing.map(losingKey),
    opening: plan.opening.map(openingKey),
    by: 'ada@desk',
    reason: 'as agreed',
    atMs: NOW_MS - 1,
    untilMs: NOW_MS + 1,
  };
  const under = (approvals: readonly Approval[], other: Partial<Scene> = {}): GroupPlan =>
    planOf({ ...scene, ...other, safety: { isNew: true, approvals } });

  it('lifts brake, takeover and opening of its plan, and is named by it', () => {
    expect(plan.blockedBy.map(({ kind }) => kind)).toEqual(['brake', 'takeover', 'opening']);
    expect(under([approval])).toMatchObject({ status: 'pending', blockedBy: [], approval, hash: plan.hash });
  });

  it('lifts nothing once it has run out', () => {
    expect(under([{ ...approval, untilMs: NOW_MS }])).toMatchObject({ status: 'blocked', approval: null });
  });

  it('covers the rest of a plan that stopped half-way', () => {
    const there = accepts(20);
    expect(under([approval], { there })).toMatchObject({ status: 'pending', approval });
  });

  it('does not cover one losing rule more', () => {
    const there = accepts(31);
    expect(under([approval], { there })).toMatchObject({ status: 'blocked', approval: null });
  });

  it('does not cover other desired rules, though they lose less', () => {
    const wanted = accepts(4);
    expect(under([approval], { wanted })).toMatchObject({ status: 'blocked', approval: null });
  });

  it('does not cover an opening that it does not name', () => {
    expect(under([{ ...approval, planHash: 'bad', opening: [] }])).toMatchObject({ status: 'blocked' });
  });

  it('does not cover what the same changes take from rules that came meanwhile', () => {
    const drop = rule({ action: 'drop', priority: 1, protocol: 'all', peer: '10.0.0.0/8' });
    const blocked: Scene = { there: accepts(30), wanted: [...accepts(30), drop], policy: { ignore: IGNORE } };
    const before = planOf(blocked);
    const losing = before.losing.map(losingKey);
    const given = {
      ...approval,
      planHash: before.hash,
      desiredHash: before.desiredHash,
      losing,
      opening: [],
    };
    const ofCluster = { ...rule({ ports: '4000', peer: '10.0.0.0/8' }), description: 'cluster/4000' };
    const later = { ...blocked, there: [...accepts(30), ofCluster] };
    expect(planOf({ ...blocked, safety: { approvals: [given] } })).toMatchObject({ status: 'pending' });
    const plan = planOf({ ...later, safety: { approvals: [given] } });
    expect(plan).toMatchObject({ hash: before.hash, status: 'blocked', approval: null });
  });

  it('that was given ahead holds for its plan alone', () => {
    const ahead = { ...approval, losing: null, opening: null };
    expect(under([ahead])).toMatchObject({ status: 'pending', approval: ahead });
    expect(under([ahead], { there: accepts(20) })).toMatchObject({ status: 'blocked' });
  });

  it('does not lift what only time or an edit lifts', () => {
    const managed = under([approval], { group: { serviceManaged: true } });
    expect(managed.blockedBy.map(({ kind }) => kind)).toEqual(['managed']);
    expect(managed.status).toBe('blocked');
  });

  it('is not named by a plan that needs none', () => {
    const safety = { approvals: [approval] };
    expect(planOf({ there: accepts(30), wanted: accepts(31), safety }).approval).toBeNull();
  });

  it('of which the latest is named where several cover the plan', () => {
    const later = { ...approval, atMs: NOW_MS, reason: 'again' };
    expect(under([approval, later, { ...later, atMs: 1 }]).approval).toEqual(later);
  });
});

it('an observed group lists what would block it, and stays observed', () => {
  const plan = planOf({ there: accepts(42), wanted: [], policy: { mode: 'observe' } });
  expect(plan.status).toBe('observed');
  expect(plan.blockedBy.map(({ kind }) => kind)).toEqual(['brake']);
});
