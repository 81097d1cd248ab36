import { describe, expect, it } from 'vitest';
import type { ReadLists } from '../../../../../reconciler/exposure/engine/context.ts';
import type { IgnorePattern } from '../../../../../reconciler/model/group.ts';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import type { GroupPlan } from '../../../../../reconciler/plan/plan.ts';
import { ownershipOf } from '../../../../../reconciler/plan/diff/ownership.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../../../../support/plan-inputs.ts';
import { prefix, rule } from '../../../../support/rule-sets.ts';

const source = { file: 'web.yaml', line: 9, column: 3 };
const BY_TEXT: IgnorePattern = { description: 'acs/*', source };
const BY_SHAPE: IgnorePattern = { ...BY_TEXT, protocol: 'tcp', ports: [{ first: 30_000, last: 32_767 }] };
const web = rule({ ports: '443', peer: '10.0.0.0/8' });
const acs = (fields: Parameters<typeof rule>[0]): Rule => rule({ ...fields, description: 'acs/x' });

interface Setting {
  readonly wanted?: readonly Rule[];
  readonly there: readonly Rule[];
  readonly ignore: readonly IgnorePattern[];
}

function ids({ wanted = [web], there, ignore }: Setting): Record<string, Array<string | null>> {
  const found = ownershipOf(policyOf(wanted, { ignore }), groupOf(described(there)));
  return {
    managed: found.managed.map(({ id }) => id),
    ignored: found.ignored.map(({ id }) => id),
    opening: found.ignoredOpening.map(({ described: { id } }) => id),
  };
}

describe('a pattern of texts alone', () => {
  it.each<[string, Rule, boolean]>([
    ['a drop', acs({ protocol: 'all', action: 'drop' }), true],
    ['an accept within a declared one', acs({ ports: '443', peer: '10.1.0.0/16', priority: 5 }), true],
    ['the accept that is declared', { ...web, description: 'acs/x' }, true],
    ['an accept of another port', acs({ ports: '444', peer: '10.1.0.0/16' }), false],
    ['an accept of more addresses', acs({ ports: '443', peer: '0.0.0.0/0' }), false],
    ['an accept of everything', acs({ protocol: 'all' }), false],
  ])('leaves alone what opens nothing: %s', (_, there, isIgnored) => {
    const left = isIgnored ? 'ignored' : 'managed';
    expect(ids({ there: [there], ignore: [BY_TEXT] })).toEqual({
      managed: [],
      ignored: [],
      opening: [],
      [left]: ['sgr-0'],
    });
  });

  it('does not leave alone an accept that overrules a declared drop', () => {
    const wanted = [rule({ ports: '443', action: 'drop', peer: '10.1.0.0/16' }), { ...web, priority: 2 }];
    const there = [
      acs({ ports: '443', peer: '10.1.2.0/24', priority: 1 }),
      acs({ ports: '443', peer: '10.2.0.0/16' }),
    ];
    const stronger = wanted.map((item) => ({ ...item, priority: item.priority + 10 }));
    expect(ids({ wanted: stronger, there, ignore: [BY_TEXT] })).toMatchObject({
      managed: ['sgr-0'],
      ignored: ['sgr-1'],
    });
    expect(ids({ wanted, there, ignore: [BY_TEXT] })).toMatchObject({
      managed: [],
      ignored: ['sgr-0', 'sgr-1'],
    });
  });

  it('leaves alone those that open nothing, among many that do', () => {
    const there = Array.from({ length: 40 }, (_, at) =>
      acs({ ports: at % 8 === 0 ? '443' : `${at}`, peer: '10.0.0.0/8', priority: at + 2 }),
    );
    expect(ids({ there, ignore: [BY_TEXT] }).ignored).toEqual([
      'sgr-0',
      'sgr-8',
      'sgr-16',
      'sgr-24',
      'sgr-32',
    ]);
  });

  it('does not let a text keep a rule open: the plan removes it', () => {
    const oops = rule({ ports: '22', description: 'acs/oops' });
    const { steps } = planFor(
      policyOf([web], { ignore: [BY_TEXT] }),
      groupOf(described([web, oops])),
      OPTIONS,
    );
    expect(steps.map(({ kind }) => kind)).toEqual(['revoke']);
  });
});

describe('an ignored accept that names a list', () => {
  const fromList = acs({ ports: '443', peer: 'pl-nodes' });
  const onPorts = acs({ ports: 'prl-web', peer: '10.1.0.0/16' });
  const policy = policyOf([web], { ignore: [BY_TEXT] });
  const listsOf = (entry: string, port: number): ReadLists => ({
    prefixLists: new Map([['pl-nodes', { family: 'ipv4', entries: [prefix(entry)] }]]),
    portLists: new Map([['prl-web', [{ first: port, last: port }]]]),
  });
  const leftAlone = (lists?: ReadLists) =>
    ownershipOf(policy, groupOf(described([fromList, onPorts])), { lists }).ignored.map(({ id }) => id);

  it('is judged by the entries of the list', () => {
    expect(leftAlone(listsOf('10.2.0.0/16', 443))).toEqual(['sgr-0', 'sgr-1']);
    expect(leftAlone(listsOf('203.0.113.0/24', 443))).toEqual(['sgr-1']);
    expect(leftAlone(listsOf('10.2.0.0/16', 22))).toEqual(['sgr-0']);
  });

  it('is not left alone for a text where the list was not read', () => {
    expect(leftAlone()).toEqual([]);
  });

  it('is judged so in the plan', () => {
    const plan = (lists?: ReadLists) =>
      planFor(policy, groupOf(described([web, fromList])), OPTIONS, lists === undefined ? {} : { lists })
        .status;
    expect(plan(listsOf('10.2.0.0/16', 443))).toBe('converged');
    expect(plan()).toBe('pending');
  });
});

describe('a pattern that names traffic', () => {
  const inside = acs({ ports: '30001' });
  const outside = acs({ ports: '22' });

  it('is believed within that, also beside a pattern of the text alone', () => {
    const there = [inside, outside];
    for (const ignore of [[BY_SHAPE], [BY_TEXT, BY_SHAPE]]) {
      expect(ids({ there, ignore })).toEqual({ managed: ['sgr-1'], ignored: ['sgr-0'], opening: ['sgr-0'] });
    }
  });

  it('is told of where a rule opens more than is declared, and only there', () => {
    const policy = policyOf([rule({ ports: '30000-30009' })], { ignore: [BY_SHAPE] });
    const there = groupOf(
      described([rule({ ports: '30000-30009' }), { ...inside, priority: 9 }, acs({ ports: '31000' })]),
    );
    const { status, findings } = planFor(policy, there, OPTIONS);
    expect(status).toBe('converged');
    expect(findings).toEqual([
      {
        id: 'ignored-opens',
        severity: 'warning',
        message:
          'sgr-2 (ingress accept tcp 31000/31000 from 0.0.0.0/0 priority 1 "acs/x") is ignored, and lets through more ' +
          'than the declared rules',
        file: 'web.yaml',
        line: 9,
      },
    ]);
  });
});

describe('ownership: declared', () => {
  const ours = rule({ ports: '8080' });
  const theirs = rule({ ports: '22', peer: '192.0.2.0/24' });

  function planned(wanted: readonly Rule[], there: readonly Rule[], owned: readonly string[]): GroupPlan {
    const desired = policyOf(wanted, { ownership: 'declared' });
    return planFor(desired, groupOf(described(there)), OPTIONS, { ownedRules: new Set(owned) });
  }
  const outline = ({ steps }: GroupPlan): string[] =>
    steps.map((step) =>
      step.kind === 'authorize'
        ? 'authorize'
        : `${step.kind} ${(step.kind === 'modify' ? [step.target] : step.targets).map(({ id }) => id).join(' ')}`,
    );

  it('removes and changes what is ours, and leaves all else', () => {
    expect(outline(planned([web], [ours, theirs, web], ['sgr-0']))).toEqual(['revoke sgr-0']);
    expect(outline(planned([web], [ours, theirs], ['sgr-0']))).toEqual(['modify sgr-0']);
    expect(outline(planned([web], [ours, theirs], ['sgr-1']))).toEqual(['modify sgr-1']);
  });

  it('removes nothing where nothing is known to be ours, as with a lost journal', () => {
    expect(outline(planned([web], [ours, theirs], []))).toEqual(['authorize']);
    expect(outline(planned([], [ours, theirs, web], []))).toEqual([]);
  });

  it('is content with an equal rule that someone else made, whatever its text', () => {
    const byHand = { ...web, description: 'by hand' };
    const found = planned([{ ...web, description: 'HTTPS' }], [byHand], []);
    expect([found.status, found.diff.unmanaged, found.findings]).toEqual(['converged', 1, []]);
  });

  it('reports such a rule once the policy drops it, and does not remove it', () => {
    const found = planned([ours], [web, ours], ['sgr-1']);
    expect(found.status).toBe('converged');
    expect(found.findings).toMatchObject([
      {
        id: 'unmanaged-rules',
        message: expect.stringMatching(/^1 rule .*sgr-0 .*rampart adopt --group sg-self/) as unknown,
      },
    ]);
  });

  it('keeps our rule and theirs where both are there', () => {
    expect(outline(planned([web], [web, web], ['sgr-1']))).toEqual([]);
  });

  it('is refused where the API has no rule ids', () => {
    const legacy = groupOf(
      described([theirs]).map((item) => ({ ...item, id: null })),
      { apiLevel: 'legacy2019' },
    );
    const { status, blockedBy } = planFor(policyOf([web], { ownership: 'declared' }), legacy, OPTIONS);
    expect(status).toBe('blocked');
    expect(blockedBy).toMatchObject([{ kind: 'unsupported', liftedBy: 'edit' }]);
  });
});
