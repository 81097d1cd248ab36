// Planning cases as plain data, each from its number alone: what a group holds, what its policy wants, and the choices
// of the config. The plans of all cases are recorded once from an old planner and compared with those of the current
// one, so nothing here may ask the planner anything. A change of a case needs a new record (scripts/record-plans.ts).
import type {
  DescribedGroup,
  DescribedRule,
  DesiredRule,
  IgnorePattern,
  Mode,
} from '../../reconciler/model/group.ts';
import { formatPeer } from '../../reconciler/model/peer.ts';
import { formatPorts } from '../../reconciler/model/ports.ts';
import type { SourcePlace } from '../../reconciler/model/problem.ts';
import { ruleIdentity, type Direction, type Rule } from '../../reconciler/model/rule.ts';
import { Random } from './random.ts';
import { drawEdit } from './rule-edits.ts';
import { SELF } from './rule-sets.ts';

export const PLAN_CASES = 5000;

export interface PlanCase {
  /** What kind of case it is, for people. */
  readonly title: string;
  readonly policy: CasePolicy;
  readonly group: DescribedGroup;
  /** Identities of rules that the cloud refused to take, and refused to remove. */
  readonly quarantined: { readonly desired: readonly string[]; readonly described: readonly string[] };
  readonly options: CaseOptions;
}

export interface CasePolicy {
  readonly account: string;
  readonly region: string;
  readonly id: string;
  readonly mode: Mode;
  readonly alone: boolean;
  readonly ignore: readonly IgnorePattern[];
  readonly rules: Readonly<Record<Direction, readonly DesiredRule[] | null>>;
  readonly source: SourcePlace;
}

/** An absent key: not known, or the default. */
export interface CaseOptions {
  readonly modify: 'prefer' | 'auto' | 'never';
  readonly maxModifyPerPlan: number;
  readonly fallback: 'neverOpen' | 'neverCut' | 'refuse';
  readonly batchesAtomic: boolean;
  readonly ruleQuota: number;
  readonly groupReferenceQuota?: number;
  readonly legacyPriority?: 'modify' | 'replace' | 'revokeFirst';
  readonly listSizes?: Readonly<Record<string, number>>;
}

const PLACE = { account: 'default', region: 'cn-hangzhou', id: SELF };
const IGNORED = ['ops: *', '*vpn', 'added by hand', 'no such text', 'ops: *', '*a*'];
const LIST_SIZES = { 'pl-a': 3, 'pl-b': 1, 'pl-c': 10, 'prl-a': 2, 'prl-b': 5 };

/** The case of a number; the same on every machine and whatever cases came before. */
export function planCase(number: number): PlanCase {
  const random = new Random(number + 1);
  // The first numbers of neighbouring seeds are alike.
  for (let skipped = 0; skipped < 8; skipped += 1) random.fraction();
  const { title, before, after } = drawEdit(random);
  const apiLevel = random.chance(0.2) ? 'legacy2019' : 'current';
  const rules = before.map((rule, at) => describedRule(rule, at, apiLevel));
  const policy = drawPolicy(after, random);
  const desired = desiredOf(policy);
  return {
    title: `${title}, from ${rules.length} to ${desired.length} rules`,
    policy,
    group: {
      ...PLACE,
      name: 'web',
      vpcId: random.chance(0.9) ? 'vpc-1' : null,
      type: random.chance(0.12) ? 'enterprise' : 'normal',
      innerAccess: random.chance(0.3) ? 'accept' : 'drop',
      serviceManaged: random.chance(0.03),
      apiLevel,
      rules,
    },
    quarantined: drawQuarantined(desired, rules, random),
    options: drawOptions(desired, rules, random),
  };
}

/** The case of a number, among those of groups that have so many free slots, need some way round and do not grow. */
export function fullCase(number: number, free: number): PlanCase {
  for (let attempt = 0; ; attempt += 1) {
    const { title, policy, group, options } = planCase(PLAN_CASES + number * 1000 + attempt);
    const wanted = desiredOf(policy).length;
    const isManaged = policy.rules.ingress !== null && policy.rules.egress !== null;
    if (!isManaged || wanted < 2 || wanted > group.rules.length) continue;
    const rules = group.rules.map(({ rule }, at) => describedRule(rule, at, 'current'));
    return {
      title,
      policy: { ...policy, mode: 'enforce', ignore: [] },
      group: { ...group, type: 'normal', apiLevel: 'current', serviceManaged: false, rules },
      quarantined: { desired: [], described: [] },
      options: { ...options, listSizes: {}, ruleQuota: rules.length + free, groupReferenceQuota: 1000 },
    };
  }
}

const desiredOf = ({ rules: { ingress, egress } }: CasePolicy): DesiredRule[] => [
  ...(ingress ?? []),
  ...(egress ?? []),
];

/** Where there are no ids the vendor's own texts select a rule, and those of two equal rules may differ. */
function describedRule(rule: Rule, at: number, apiLevel: DescribedGroup['apiLevel']): DescribedRule {
  if (apiLevel === 'current') return { rule, id: `sgr-${at}`, selector: {} };
  const selector = {
    IpProtocol: rule.protocol.toUpperCase(),
    PortRange: formatPorts(rule.ports),
    Policy: rule.action,
    Priority: String(rule.priority),
    Peer: `${formatPeer(rule.peer)}#${at % 3}`,
  };
  return { rule, id: null, selector };
}

function drawPolicy(wanted: readonly Rule[], random: Random): CasePolicy {
  const desired = wanted.map((rule, at) => desiredRule(rule, at, random));
  const of = (direction: Direction): DesiredRule[] =>
    desired.filter(({ rule }) => rule.direction === direction);
  const unmanaged = random.below(100);
  const usual = Array.from({ length: 6 }, () => 'enforce' as const);
  return {
    ...PLACE,
    mode: random.pick<Mode>([...usual, 'additive', 'observe']),
    alone: random.chance(0.2),
    ignore: random.chance(0.2) ? [ignorePattern(random), ignorePattern(random)].slice(random.below(2)) : [],
    rules: {
      ingress: unmanaged < 4 ? null : of('ingress'),
      egress: unmanaged > 91 || unmanaged === 0 ? null : of('egress'),
    },
    source: { file: 'web.yaml', line: 1, column: 1 },
  };
}

const desiredRule = (rule: Rule, at: number, random: Random): DesiredRule => ({
  rule,
  name: random.chance(0.2) ? `rule-${at}` : null,
  expiresAtMs: null,
  source: { file: random.chance(0.8) ? 'web.yaml' : 'base.yaml', line: at + 10, column: 7 },
});

const ignorePattern = (random: Random): IgnorePattern => ({
  description: random.pick(IGNORED),
  source: { file: 'web.yaml', line: 3, column: 5 },
});

type Ruled = ReadonlyArray<{ readonly rule: Rule }>;

function drawQuarantined(desired: Ruled, described: Ruled, random: Random): PlanCase['quarantined'] {
  const some = (rules: Ruled): string[] =>
    rules.length === 0 || random.chance(0.4) ? [] : [ruleIdentity(random.pick(rules).rule)];
  return random.chance(0.08)
    ? { desired: some(desired), described: some(described) }
    : { desired: [], described: [] };
}

function drawOptions(desired: Ruled, described: Ruled, random: Random): CaseOptions {
  const listSizes = drawListSizes(random);
  const legacyPriority = random.pick(['modify', 'replace', 'revokeFirst', 'revokeFirst', null] as const);
  const groupRules = Math.max(namingGroups(desired), namingGroups(described));
  const groupReferenceQuota = random.pick([null, null, null, 100, groupRules, groupRules + 1]);
  const [wanted, held] = [weightOf(desired, listSizes ?? {}), weightOf(described, listSizes ?? {})];
  const enough = Math.max(wanted, held);
  return {
    modify: random.pick(['prefer', 'prefer', 'prefer', 'auto', 'never', 'never']),
    maxModifyPerPlan: random.pick([20, 20, 20, 20, 3, 1, 0]),
    fallback: random.pick(['neverOpen', 'neverOpen', 'neverCut', 'refuse']),
    batchesAtomic: random.chance(0.3),
    ruleQuota: random.pick([
      1000,
      1000,
      1000,
      1000,
      enough,
      enough,
      enough + random.below(3),
      held,
      wanted - 1,
    ]),
    ...(groupReferenceQuota === null ? {} : { groupReferenceQuota }),
    ...(legacyPriority === null ? {} : { legacyPriority }),
    ...(listSizes === null ? {} : { listSizes }),
  };
}

/** None known, some, or all. */
function drawListSizes(random: Random): Readonly<Record<string, number>> | null {
  const share = random.below(10);
  if (share < 5) return null;
  return Object.fromEntries(Object.entries(LIST_SIZES).filter(() => share < 8 || random.chance(0.5)));
}

const weightOf = (rules: Ruled, sizes: Readonly<Record<string, number>>): number =>
  rules.reduce((sum, { rule: { peer, ports } }) => {
    const peers = peer.kind === 'prefixList' ? (sizes[peer.id] ?? 1) : 1;
    return sum + (ports.kind === 'list' ? peers * (sizes[ports.id] ?? 1) : peers);
  }, 0);

const namingGroups = (rules: Ruled): number => rules.filter(({ rule }) => rule.peer.kind === 'group').length;
