import { describe, expect, it } from 'vitest';
import { digestInput, digestValue, sameUntilMs } from '../../../../daemon/learned/input-digest.ts';
import type { PlanInput } from '../../../../reconciler/plan/plan-input.ts';
import type { SafetyInput } from '../../../../reconciler/plan/safety.ts';
import { guardrail } from '../../../support/judge/demands.ts';
import { desired, described, groupOf, OPTIONS, policyOf, SAFETY } from '../../../support/plan-inputs.ts';
import { prefix, rule } from '../../../support/rule-sets.ts';

const WEB = rule({ ports: '443' });
const SSH = rule({ ports: '22' });
const NOTHING = new Set<string>();

type Whole = Required<PlanInput> & { readonly safety: Required<SafetyInput> };

/** Made again each time, as a group is read again. */
const whole = (): Whole => ({
  desired: policyOf([WEB]),
  described: groupOf(described([WEB])),
  settings: OPTIONS,
  learned: {
    resting: null,
    quarantined: { desired: NOTHING, described: NOTHING },
    refused: [],
    ruleLimit: null,
    legacyPriority: 'modify',
    listSizes: {},
    unreadLists: [],
  },
  ownedRules: NOTHING,
  keptRules: NOTHING,
  holds: [],
  frozen: null,
  lists: { prefixLists: new Map(), portLists: new Map() },
  absent: NOTHING,
  safety: { ...SAFETY, inForce: policyOf([WEB]), privateNetworks: [] },
  nowMs: 0,
});

const digestOf = (input: PlanInput): string => digestInput(input, null).digest;

const FROZEN = { name: 'x', allow: 'none', holdsPolicy: false, untilMs: 9, isLonger: false } as const;
const HELD = { group: null, reason: 'x', untilMs: 9 };
const APPROVAL = {
  ...{ planHash: 'h', desiredHash: null, losing: null, opening: null, by: 'x', reason: 'x' },
  ...{ atMs: 0, untilMs: 9 },
};
const SOME = new Set(['x']);

/** Another value of each field; one that is added to the input has none here, and does not compile. */
const OTHERS: { readonly [Field in Exclude<keyof Whole, 'nowMs' | 'safety' | 'learned'>]: Whole[Field] } = {
  desired: policyOf([SSH]),
  described: groupOf(described([WEB]), { name: 'other' }),
  settings: { ...OPTIONS, ruleQuota: 1 },
  ownedRules: SOME,
  keptRules: SOME,
  holds: [HELD],
  frozen: FROZEN,
  lists: { prefixLists: new Map(), portLists: new Map([['prl-1', []]]) },
  absent: SOME,
};

const OTHER_LEARNED: { readonly [Field in keyof Whole['learned']]-?: Whole['learned'][Field] } = {
  resting: { identities: SOME, untilMs: 9 },
  quarantined: { desired: SOME, described: NOTHING },
  refused: [{ rule: WEB, reason: 'x', untilMs: 9 }],
  ruleLimit: 3,
  legacyPriority: 'replace',
  listSizes: { 'pl-1': 3 },
  unreadLists: ['x'],
};

const OTHER_SAFETY: Whole['safety'] = {
  brake: 'off',
  lastConverged: SOME,
  announced: SOME,
  inForce: policyOf([SSH]),
  lostLastHour: 3,
  isNew: !SAFETY.isNew,
  approvals: [APPROVAL],
  guardrails: [guardrail({})],
  expectations: [{ name: 'x' } as unknown as SafetyInput['expectations'][number]],
  privateNetworks: [prefix('10.0.0.0/8')],
  invocation: { program: 'other', flags: '' },
};

const changes = (): Array<[string, PlanInput]> => [
  ...Object.entries(OTHERS).map(([field, value]): [string, PlanInput] => [
    field,
    { ...whole(), [field]: value },
  ]),
  ...Object.entries(OTHER_LEARNED).map(([field, value]): [string, PlanInput] => [
    `learned.${field}`,
    { ...whole(), learned: { ...whole().learned, [field]: value } },
  ]),
  ...Object.entries<unknown>({ ...OTHER_SAFETY }).map(([field, value]): [string, PlanInput] => [
    `safety.${field}`,
    { ...whole(), safety: { ...whole().safety, [field]: value } },
  ]),
];

describe('the digest of what decides a plan', () => {
  it('is equal for inputs that are equal but for the time', () => {
    expect(digestOf({ ...whole(), nowMs: 99 })).toBe(digestOf(whole()));
  });

  it.each(changes())('is another one where %s differs', (_field, input) => {
    expect(digestOf(input)).not.toBe(digestOf(whole()));
  });

  it('takes a policy that is the same object as it was digested before', () => {
    const input = whole();
    const known = digestInput(input, null);
    expect(digestInput(input, known).policy).toBe(known.policy);
    expect(digestInput({ ...input, desired: policyOf([WEB]) }, known).policy).not.toBe(known.policy);
  });

  it('takes a group that is the same object as it was digested before', () => {
    const input = whole();
    const known = digestInput(input, null);
    const marked = { ...known, group: { of: new WeakRef(input.described), digest: 'marked' } };
    expect(digestInput(input, marked).group).toBe(marked.group);
    const again = digestInput({ ...input, described: { ...input.described } }, marked);
    expect(again.digest).toBe(known.digest);
  });
});

it('the digest takes a group that is known to be the same without digesting it', () => {
  const input = whole();
  const read = {};
  const known = digestInput(input, null, read);
  const again = { ...input, described: structuredClone(input.described) };
  expect(digestInput(again, known, read).group).toBe(known.group);
  expect(digestInput(again, known, {}).group).not.toBe(known.group);
});

describe('time alone changes the plan', () => {
  const ended = { ...desired(WEB), expiresAtMs: 50 };
  const policy = policyOf([], { rules: { ingress: [ended], egress: null } });
  const exempt = [{ group: groupOf([]).id, reason: 'x', untilMs: 50 }];
  const judging = (safety: Partial<SafetyInput>) => ({ safety: { ...SAFETY, ...safety } });

  it.each<[string, Partial<PlanInput>]>([
    ['rule of the policy', { desired: policy }],
    ['rule of the policy in force', judging({ inForce: policy })],
    ['exemption', judging({ guardrails: [guardrail({ exempt })] })],
    ['approval', judging({ approvals: [{ ...APPROVAL, untilMs: 50 }] })],
    ['pause', { holds: [{ ...HELD, untilMs: 50 }] }],
    ['freeze', { frozen: { ...FROZEN, untilMs: 50 } }],
    ['rest', { learned: { resting: { identities: SOME, untilMs: 50 } } }],
    ['refusal', { learned: { refused: [{ rule: WEB, reason: 'x', untilMs: 50 }] } }],
  ])('at the end of a %s, and not once that has come', (_what, fields) => {
    const input = { desired: policyOf([WEB]), described: groupOf([]), settings: OPTIONS, ...fields };
    expect(sameUntilMs({ ...input, nowMs: 0 })).toBe(50);
    expect(sameUntilMs({ ...input, nowMs: 50 })).toBe(Infinity);
  });
});

it('is the same for equal numbers, however they came about', () => {
  const [, double] = [0.5, 2];
  const ofDouble = [0.5, double].slice(1);
  expect(digestValue({ at: ofDouble })).toBe(digestValue({ at: [2] }));
});

it.each([
  ['a set and a list', new Set([1]), [1]],
  ['a set and a map', new Set([1]), new Map([[1, 1]])],
  ['a large whole number and a small one', 1n, 1],
  ['a large whole number and its text', 1n, '1'],
  ['no end and none', Infinity, null],
])('differs for %s', (_name, one, other) => {
  expect(digestValue({ of: one })).not.toBe(digestValue({ of: other }));
});
