// What guardrails and expectations make of a plan.
import { describe, expect, test } from 'vitest';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import type { GroupPlan, PlanOptions } from '../../../../../reconciler/plan/plan.ts';
import type { PlanInput } from '../../../../../reconciler/plan/plan-input.ts';
import type { SafetyInput } from '../../../../../reconciler/plan/safety.ts';
import { expectation, guardrail } from '../../../../support/judge/demands.ts';
import { described, groupOf, OPTIONS, planFor, policyOf, SAFETY } from '../../../../support/plan-inputs.ts';
import { prefix, rule } from '../../../../support/rule-sets.ts';

interface Scene {
  readonly there: readonly Rule[];
  readonly wanted: readonly Rule[];
  readonly safety: Partial<SafetyInput>;
  readonly options?: Partial<PlanOptions>;
  readonly lists?: PlanInput['lists'];
  readonly mode?: 'enforce' | 'observe';
}

function planOf({ there, wanted, safety, options, lists, mode = 'enforce' }: Scene): GroupPlan {
  return planFor(
    policyOf(wanted, { mode }),
    groupOf(described(there)),
    { ...OPTIONS, ...options },
    {
      safety: { ...SAFETY, brake: 'off', ...safety },
      nowMs: 1000,
      ...(lists === undefined ? {} : { lists }),
    },
  );
}

const blocks = (plan: GroupPlan): string[] => plan.blockedBy.map(({ kind }) => kind);

const NO_SSH = guardrail({ services: ['tcp/22'], message: 'Use the bastion.' });
const SSH = rule({ ports: '22' });

describe('a guardrail', () => {
  test('blocks a plan that exposes what it denies, and says how much, by which rule, and what would do', () => {
    const plan = planOf({ there: [], wanted: [SSH], safety: { guardrails: [NO_SSH] } });
    expect(plan.status).toBe('blocked');
    expect(plan.blockedBy).toEqual([
      {
        kind: 'guardrail',
        liftedBy: 'edit',
        message:
          'guardrail no-ssh: tcp 22/22 is exposed to 3702259456 addresses over IPv4 (100 % of what is denied, ' +
          '65536 are tolerated), as ingress tcp port 22 peer 198.51.100.7 source port 50000 own address 10.0.0.1: ' +
          'decided by ingress accept tcp 22/22 from 0.0.0.0/0 priority 1 (web.yaml:1). Use the bastion.',
        override:
          'nearest change: narrow ingress accept tcp 22/22 from 0.0.0.0/0 priority 1 (web.yaml:1): ' +
          'it keeps only the networks that you mean; or remove it',
      },
    ]);
    expect(plan.findings).toMatchObject([{ id: 'no-ssh', severity: 'error', file: 'config.yaml', line: 1 }]);
  });

  test('lets a cure pass, and reports what is left', () => {
    const half = rule({ ports: '22', peer: '0.0.0.0/1' });
    const plan = planOf({ there: [SSH], wanted: [half], safety: { guardrails: [NO_SSH] } });
    expect(plan.status).toBe('pending');
    expect(plan.findings.map(({ id }) => id)).toEqual(['no-ssh']);
  });

  test('does not block for a violation that was there, where the plan opens another port to one address', () => {
    const both = guardrail({ services: ['tcp/22', 'tcp/3389'] });
    const wanted = [SSH, rule({ ports: '3389', peer: '203.0.113.7/32' })];
    expect(blocks(planOf({ there: [SSH], wanted, safety: { guardrails: [both] } }))).toEqual([]);
  });

  test('blocks a violation that becomes wider at its port', () => {
    const there = [rule({ ports: '22', peer: '8.0.0.0/8' })];
    const wanted = [rule({ ports: '22', peer: '9.0.0.0/8' })];
    expect(blocks(planOf({ there, wanted, safety: { guardrails: [NO_SSH] } }))).toEqual(['guardrail']);
  });

  test('that tolerates nothing from anywhere blocks an opening to everyone, though members of a group were let in', () => {
    const anywhere = guardrail({ services: ['tcp/22'], peers: ['anywhere'] });
    const bastion = rule({ ports: '22', peer: 'sg-bastion' });
    const safety = { guardrails: [anywhere] };
    expect(blocks(planOf({ there: [bastion], wanted: [bastion, SSH], safety }))).toEqual(['guardrail']);
    expect(planOf({ there: [bastion], wanted: [bastion], safety }).findings).toHaveLength(1);
  });

  test('reports a converged group too', () => {
    const plan = planOf({ there: [SSH], wanted: [SSH], safety: { guardrails: [NO_SSH] } });
    expect([plan.status, plan.findings.map(({ id }) => id)]).toEqual(['converged', ['no-ssh']]);
  });

  test('of severity warning reports only, and so it does of a group that is exempt', () => {
    const warning = { ...NO_SSH, severity: 'warning' as const };
    const exempt = { ...NO_SSH, exempt: [{ group: 'sg-self', reason: 'an appliance', untilMs: 2000 }] };
    for (const each of [warning, exempt]) {
      const plan = planOf({ there: [], wanted: [SSH], safety: { guardrails: [each] } });
      expect(plan.status).toBe('pending');
      expect(plan.findings).toMatchObject([{ id: 'no-ssh', severity: 'warning' }]);
    }
  });

  test('blocks again once the exemption has ended', () => {
    const ended = { ...NO_SSH, exempt: [{ group: 'sg-self', reason: 'an appliance', untilMs: 1000 }] };
    expect(blocks(planOf({ there: [], wanted: [SSH], safety: { guardrails: [ended] } }))).toEqual([
      'guardrail',
    ]);
  });

  test('that cannot be judged reports, and blocks where it says so', () => {
    const wanted = [rule({ ports: '22', peer: 'pl-unread' })];
    const plan = planOf({ there: [], wanted, safety: { guardrails: [NO_SSH] } });
    expect([plan.status, plan.findings.map(({ severity }) => severity)]).toEqual(['pending', ['warning']]);
    const strict = { ...NO_SSH, unknown: 'block' as const };
    expect(blocks(planOf({ there: [], wanted, safety: { guardrails: [strict] } }))).toEqual(['guardrail']);
  });

  test('judges a list by its entries where they were read', () => {
    const lists = {
      prefixLists: new Map([['pl-office', { family: 'ipv4' as const, entries: [prefix('203.0.113.0/24')] }]]),
      portLists: new Map(),
    };
    const wanted = [rule({ ports: '22', peer: 'pl-office' })];
    const plan = planOf({ there: [], wanted, safety: { guardrails: [NO_SSH] }, lists });
    expect([plan.status, plan.findings]).toEqual(['pending', []]);
  });

  test('says of an observed group what would block it', () => {
    const plan = planOf({ there: [], wanted: [SSH], safety: { guardrails: [NO_SSH] }, mode: 'observe' });
    expect([plan.status, blocks(plan)]).toEqual(['observed', ['guardrail']]);
  });
});

test('a prefix that is replaced by a list of the same addresses closes and opens nothing, where the list was read', () => {
  const there = [rule({ ports: '443', peer: '203.0.113.0/24' })];
  const wanted = [rule({ ports: '443', peer: 'pl-office' })];
  const list = { family: 'ipv4' as const, entries: [prefix('203.0.113.0/25'), prefix('203.0.113.128/25')] };
  const lists = { prefixLists: new Map([['pl-office', list]]), portLists: new Map() };
  expect(planOf({ there, wanted, safety: {}, lists }).exposure).toMatchObject({ opened: [], closed: [] });
  expect(planOf({ there, wanted, safety: {} }).exposure.closed).toHaveLength(1);
});

describe('an expectation', () => {
  const reaches = expectation('accept', {
    name: 'people reach it',
    services: ['tcp/443'],
    peers: ['10.0.0.0/24'],
  });
  const HTTPS = rule({ ports: '443', peer: '10.0.0.0/16' });

  test('blocks a plan that breaks it, and names a packet', () => {
    const plan = planOf({ there: [HTTPS], wanted: [], safety: { expectations: [reaches] } });
    expect(blocks(plan)).toEqual(['expectation']);
    expect(plan.blockedBy[0]?.message).toContain(
      '"people reach it" (web.yaml:1) would fail: tcp 443/443 is dropped',
    );
  });

  test('that failed before blocks no plan that makes it fail for no more packets', () => {
    const half = rule({ ports: '443', peer: '10.0.0.0/25' });
    const other = rule({ ports: '80' });
    const plan = planOf({ there: [half], wanted: [half, other], safety: { expectations: [reaches] } });
    expect([plan.status, plan.findings.map(({ id }) => id)]).toEqual(['pending', ['expectation-fails']]);
  });

  test('that held whatever a list holds, and does not any more, blocks', () => {
    const drop = rule({ protocol: 'all', peer: 'pl-ban', action: 'drop', priority: 1 });
    const weak = { ...HTTPS, priority: 5 };
    const plan = planOf({ there: [weak], wanted: [weak, drop], safety: { expectations: [reaches] } });
    expect(blocks(plan)).toEqual(['expectation']);
  });

  test('that holds at both ends must hold between two calls', () => {
    const there = [rule({ ports: '443', peer: '10.0.0.0/24' })];
    const options = { ruleQuota: 1, modify: 'never' as const };
    const scene = { there, wanted: [HTTPS], options };
    expect(planOf({ ...scene, safety: {} }).blockedBy).toEqual([]);
    const plan = planOf({ ...scene, safety: { expectations: [reaches] } });
    expect(plan.blockedBy.map(({ message }) => message)).toEqual([
      expect.stringContaining('would fail while the plan is carried out, from call 1 on'),
    ]);
  });

  test('that one half of the promise would break is kept by the other half, where nothing else is broken by it', () => {
    const ssh = rule({ ports: '22', priority: 5 });
    const ban = (peer: string): Rule => rule({ ports: '22', peer, action: 'drop' });
    const scene = {
      there: [rule({ ports: '443', peer: '10.0.0.0/24' }), ban('10.0.0.0/8'), ssh],
      wanted: [HTTPS, ban('10.0.0.0/9'), ssh],
      options: { ruleQuota: 3, modify: 'never' as const },
    };
    const promise = (plan: GroupPlan): string[] => plan.exceptions.map(({ kind }) => kind);
    expect(promise(planOf({ ...scene, safety: {} }))).toEqual(['neverOpen']);
    const kept = planOf({ ...scene, safety: { expectations: [reaches] } });
    expect([kept.status, promise(kept)]).toEqual(['pending', ['neverCut']]);
    const banned = expectation('drop', { services: ['tcp/22'], peers: ['10.1.0.0/16'] });
    const torn = planOf({ ...scene, safety: { expectations: [reaches, banned] } });
    expect(blocks(torn)).toEqual(['expectation']);
  });

  test('a guardrail is kept between two calls too, where a plan may open for a moment', () => {
    const open = rule({ ports: '22', priority: 5 });
    const ban = (ports: string): Rule => rule({ ports, action: 'drop' });
    const scene = {
      there: [ban('22'), open],
      wanted: [ban('1-1024'), open],
      options: { ruleQuota: 2, modify: 'never' as const, fallback: 'neverCut' as const },
    };
    const plan = planOf({ ...scene, safety: { guardrails: [NO_SSH] } });
    expect(blocks(plan)).toEqual(['guardrail']);
    expect(plan.blockedBy[0]?.message).toContain('while the plan is carried out, from call 1 on');
  });

  test('a guardrail that cannot be judged between two calls blocks where it says so', () => {
    const listed = rule({ ports: '22', peer: 'pl-unread', priority: 5 });
    const ban = (ports: string): Rule => rule({ ports, action: 'drop' });
    const scene = {
      there: [ban('22'), listed],
      wanted: [ban('1-1024'), listed],
      options: { ruleQuota: 2, modify: 'never' as const, fallback: 'neverCut' as const },
    };
    expect(planOf({ ...scene, safety: { guardrails: [NO_SSH] } }).status).toBe('pending');
    const strict = { ...NO_SSH, unknown: 'block' as const };
    const plan = planOf({ ...scene, safety: { guardrails: [strict] } });
    expect(plan.blockedBy).toMatchObject([
      {
        kind: 'guardrail',
        message:
          'guardrail no-ssh cannot be judged while the plan is carried out, from call 1 on: ' +
          'it hangs on the content of lists that could not be read',
      },
    ]);
  });

  test('a guardrail that is unknown at the end, and reports that, is not surely broken between two calls', () => {
    const open = rule({ ports: '22', priority: 5 });
    const listed = (ports: string): Rule => rule({ ports, peer: 'pl-unread', priority: 1 });
    const ban = (ports: string): Rule => rule({ ports, action: 'drop', priority: 2 });
    const scene = {
      there: [ban('22'), open, listed('443')],
      wanted: [ban('1-1024'), open, listed('22-443')],
      options: { ruleQuota: 3, modify: 'never' as const, fallback: 'neverCut' as const },
    };
    const plan = planOf({ ...scene, safety: { guardrails: [NO_SSH] } });
    expect(plan.findings.map(({ guardrail: standing }) => standing)).toEqual(['unknown']);
    expect(plan.exceptions.map(({ kind }) => kind)).toEqual(['neverOpen']);
  });
});
