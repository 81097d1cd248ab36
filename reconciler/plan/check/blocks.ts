// What a person reads of an objection, and what they can do about it.
import { packetText } from '../../exposure/text/packet-text.ts';
import type { SourcePlace } from '../../model/problem.ts';
import { counted } from '../../model/counted.ts';
import { describeRule, quoted } from '../../model/rule-text.ts';
import { NO_COEXISTENCE } from '../coexist/revoke-first.ts';
import type { RefusedHere } from '../diff/quarantine.ts';
import type { NamedByRule } from '../diff/absent.ts';
import type { Frozen, Hold } from '../plan-input.ts';
import type { Block, BlockKind, LiftedBy } from '../plan.ts';
import type { Invocation } from '../safety.ts';
import type {
  Objection,
  ProofObjection,
  OrderObjection,
  SafetyObjection,
  VendorObjection,
  VerdictObjection,
} from './objection.ts';
import { noRoomBlock, overQuotaBlock, type BlockedPlan, type BlockText } from './quota-text.ts';
import { safetyText } from './safety-text.ts';

const LIFTED_BY: Readonly<Record<BlockKind, LiftedBy>> = {
  paused: 'time',
  frozen: 'time',
  flapping: 'time',
  quarantined: 'time',
  brake: 'approval',
  takeover: 'approval',
  opening: 'approval',
  guardrail: 'edit',
  expectation: 'edit',
  quota: 'edit',
  managed: 'edit',
  denied: 'edit',
  unsafe: 'edit',
  unsupported: 'edit',
};

export function blockOf(objection: Objection, plan: BlockedPlan): Block {
  const { kind, message, override } = textOf(objection, plan);
  return { kind, liftedBy: LIFTED_BY[kind], message, override };
}

const isSafetyObjection = (objection: Objection): objection is SafetyObjection =>
  objection.kind === 'brake' || objection.kind === 'takeover' || objection.kind === 'opening';

type TimeObjection = Extract<Objection, { readonly kind: 'held' | 'frozen' }>;

const isTimeObjection = (objection: Objection): objection is TimeObjection =>
  objection.kind === 'held' || objection.kind === 'frozen';

const safetyBlock = (objection: SafetyObjection, { hash, invocation }: BlockedPlan): BlockText => ({
  kind: objection.kind,
  message: safetyText(objection),
  override: `${invocation.program} approve ${hash}${invocation.flags} --reason "..."`,
});

const isVerdictObjection = (objection: Objection): objection is VerdictObjection =>
  objection.kind === 'guardrail' || objection.kind === 'expectation';

/** Every kind of them: one that is missing here does not compile. */
const ORDER_KINDS: Readonly<Record<OrderObjection['kind'], true>> = {
  overQuota: true,
  noRoom: true,
  noText: true,
  briefAbsence: true,
};

const isOrderObjection = (objection: Objection): objection is OrderObjection =>
  Object.hasOwn(ORDER_KINDS, objection.kind);

/** The same. */
const VENDOR_KINDS: Readonly<Record<VendorObjection['kind'], true>> = {
  managedByProduct: true,
  noRuleIds: true,
  groupPeers: true,
  itselfAsPeer: true,
  wholeOwnSide: true,
  absentNames: true,
};

const isVendorObjection = (objection: Objection): objection is VendorObjection =>
  Object.hasOwn(VENDOR_KINDS, objection.kind);

function textOf(objection: Objection, plan: BlockedPlan): BlockText {
  if (isSafetyObjection(objection)) return safetyBlock(objection, plan);
  if (isTimeObjection(objection)) return timeBlock(objection, plan);
  if (isOrderObjection(objection)) return routeBlock(objection, plan);
  if (isVendorObjection(objection)) return vendorBlock(objection);
  if (isVerdictObjection(objection)) {
    return { kind: objection.kind, message: objection.what, override: objection.remedy };
  }
  switch (objection.kind) {
    case 'brokenPromise':
      return bugBlock(brokenPromiseText(objection));
    case 'flapping':
      return flappingBlock(objection);
    case 'quarantined':
      return quarantinedBlock(objection.refused);
    case 'bug':
      return bugBlock(objection.message);
  }
}

function vendorBlock(objection: VendorObjection): BlockText {
  switch (objection.kind) {
    case 'managedByProduct': {
      const message = 'a cloud product owns this group: the vendor refuses every write';
      return { kind: 'managed', message, override: '' };
    }
    case 'noRuleIds':
      return {
        kind: 'unsupported',
        message: 'the policy says `ownership: declared`, and this API has no rule ids to tell our rules by',
        override: 'write `ownership: exclusive`, and ignore patterns for the rules to leave alone',
      };
    case 'groupPeers':
      return {
        kind: 'quota',
        message: `rules name a group, and an enterprise group takes none: ${placesText(objection.places)}`,
        override: 'name prefixes or prefix lists instead',
      };
    case 'itselfAsPeer':
      return {
        kind: 'denied',
        message: `rules name the group itself, and the vendor refuses that: ${placesText(objection.places)}`,
        override: "use the group's inner access policy, or name the addresses of its members",
      };
    case 'wholeOwnSide':
      return {
        kind: 'unsupported',
        message: `this API does not tell an own side of 0.0.0.0/0 from none: ${placesText(objection.places)}`,
        override: 'leave the own side out: `to` of an ingress rule, `from` of an egress rule',
      };
    case 'absentNames':
      return absentBlock(objection.absent);
  }
}

const MAX_ABSENT_NAMED = 5;

function absentBlock(absent: readonly NamedByRule[]): BlockText {
  const rules = new Set(absent.map(({ rule }) => rule)).size;
  const places = new Map<string, SourcePlace[]>();
  for (const { id, rule } of absent) places.set(id, [...(places.get(id) ?? []), rule.source]);
  const names = [...places].map(([id, named]) => `${id} (${placesText(distinctPlaces(named))})`);
  const more = names.length > MAX_ABSENT_NAMED ? ` and ${names.length - MAX_ABSENT_NAMED} more` : '';
  const named = `${names.slice(0, MAX_ABSENT_NAMED).join(', ')}${more}`;
  return {
    kind: 'denied',
    message: `${counted(rules, 'rule')} left out until what is named exists and RAM shows it: ${named}`,
    override: 'create what is named, or name another; the rule then goes in by itself',
  };
}

/** A rule of the policy with many ports is many rules here. */
const distinctPlaces = (places: readonly SourcePlace[]): SourcePlace[] => [
  ...new Map(places.map((place) => [`${place.file}:${place.line}`, place])).values(),
];

function placesText(places: readonly SourcePlace[]): string {
  const [first] = places;
  if (first === undefined) throw new Error('an objection to no rule');
  const { file, line } = first;
  return places.length === 1 ? `${file}:${line}` : `${places.length}, the first at ${file}:${line}`;
}

function routeBlock(objection: OrderObjection, plan: BlockedPlan): BlockText {
  switch (objection.kind) {
    case 'overQuota':
      return overQuotaBlock(objection, plan);
    case 'noRoom':
      return noRoomBlock(objection, plan);
    case 'noText':
      return {
        kind: 'quota',
        message:
          'the group is full, so rules can only be modified, and rules without a description would keep the texts of ' +
          `others: ${placesText(objection.places)}`,
        override: 'give the rule a description, or free some rule slots',
      };
    case 'briefAbsence':
      return {
        kind: 'unsafe',
        message: `${NO_COEXISTENCE}, so a rule would be away for a moment`,
        override:
          objection.actions.size > 1
            ? 'change the priorities of accept and of drop rules one after the other: fallback neverOpen allows the first, neverCut the second'
            : `set reconcile.fallback to ${objection.actions.has('accept') ? 'neverOpen' : 'neverCut'}`,
      };
  }
}

const brokenPromiseText = ({ call, promised, witness }: ProofObjection): string =>
  `call ${call} would break the promise "${promised}" for ${packetText(witness)}`;

const bugBlock = (what: string): BlockText => ({
  kind: 'unsafe',
  message: `a bug of Rampart: ${what}; please report it`,
  override: '',
});

const timeBlock = (objection: TimeObjection, plan: BlockedPlan): BlockText =>
  objection.kind === 'held'
    ? holdBlock(objection.hold, plan.invocation)
    : frozenBlock(objection.frozen, plan);

function frozenBlock({ name, allow, untilMs, isLonger }: Frozen, { invocation }: BlockedPlan): BlockText {
  const what = allow === 'none' ? 'nothing is written' : 'changes of the policy wait';
  return {
    kind: 'frozen',
    message: `${what} until ${new Date(untilMs).toISOString()}: the freeze ${quoted(name)}${isLonger ? ' and those that follow without a gap' : ''}`,
    override: `${invocation.program} resume --freeze ${name}${invocation.flags} --reason "..."`,
  };
}

function holdBlock({ group, reason, untilMs }: Hold, { program, flags }: Invocation): BlockText {
  const until = new Date(untilMs).toISOString();
  const what = group === null ? 'every group is' : 'this group is';
  return {
    kind: 'paused',
    message: `${what} paused until ${until}: ${quoted(reason)}`,
    override: `${program} resume${group === null ? '' : ` --group ${group.id}`}${flags}`,
  };
}

/** Rules that a message names; the rest is counted. */
const MOST_RULES_NAMED = 3;

function namedText<T>(items: readonly T[], textOfOne: (item: T) => string): string {
  const more = items.length > MOST_RULES_NAMED ? ` and ${items.length - MOST_RULES_NAMED} more` : '';
  return `${items.slice(0, MOST_RULES_NAMED).map(textOfOne).join('; ')}${more}`;
}

function quarantinedBlock(refused: readonly RefusedHere[]): BlockText {
  const named = namedText(
    refused,
    ({ rule, reason, untilMs, source }) =>
      `${describeRule(rule)} (${source === null ? '' : `${source.file}:${source.line}: `}${reason}; ` +
      `tried again at ${new Date(untilMs).toISOString()})`,
  );
  return {
    kind: 'quarantined',
    message:
      `the cloud refuses to add, change or remove ${counted(refused.length, 'rule')}, left alone until the time that is named or until ` +
      `the group's policy changes: ${named}`,
    override: '',
  };
}

function flappingBlock({ rules, untilMs }: Extract<Objection, { readonly kind: 'flapping' }>): BlockText {
  return {
    kind: 'flapping',
    message:
      `something else keeps undoing the repair of ${counted(rules.length, 'rule')}, left alone until ` +
      `${new Date(untilMs).toISOString()}: ${namedText(rules, describeRule)}`,
    override: '',
  };
}
