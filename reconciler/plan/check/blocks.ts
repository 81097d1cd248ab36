// What a person reads of an objection, and what they can do about it.
import { packetText } from '../../exposure/text/packet-text.ts';
import type { SourcePlace } from '../../model/problem.ts';
import { quoted } from '../../model/rule-text.ts';
import { NO_COEXISTENCE } from '../coexist/revoke-first.ts';
import type { Hold } from '../plan-input.ts';
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
  unapproved: 'edit',
};

/** Of the plan that is objected to: what commands need. */
export interface BlockedPlan {
  readonly hash: string;
  readonly invocation: Invocation;
}

export function blockOf(objection: Objection, plan: BlockedPlan): Block {
  const { kind, message, override } = judgedText(objection, plan);
  return { kind, liftedBy: LIFTED_BY[kind], message, override };
}

/** A block as far as its kind does not decide it. */
type BlockText = Omit<Block, 'liftedBy'>;

const isSafetyObjection = (objection: Objection): objection is SafetyObjection =>
  objection.kind === 'brake' || objection.kind === 'takeover' || objection.kind === 'opening';

const safetyBlock = (objection: SafetyObjection, { hash, invocation }: BlockedPlan): BlockText => ({
  kind: objection.kind,
  message: safetyText(objection),
  override: `${invocation.program} approve ${hash}${invocation.flags} --reason "..."`,
});

function judgedText(objection: Objection, plan: BlockedPlan): BlockText {
  if (isSafetyObjection(objection)) return safetyBlock(objection, plan);
  if (isVerdictObjection(objection)) {
    return { kind: objection.kind, message: objection.what, override: objection.remedy };
  }
  return textOf(objection, plan);
}

const isVerdictObjection = (objection: Objection): objection is VerdictObjection =>
  objection.kind === 'guardrail' || objection.kind === 'expectation';

function textOf(
  objection: Exclude<Objection, SafetyObjection | VerdictObjection>,
  plan: BlockedPlan,
): BlockText {
  switch (objection.kind) {
    case 'managedByProduct':
    case 'noRuleIds':
    case 'groupPeers':
    case 'itselfAsPeer':
      return vendorBlock(objection);
    case 'overQuota':
    case 'noRoom':
    case 'noText':
    case 'briefAbsence':
      return routeBlock(objection);
    case 'brokenPromise':
      return bugBlock(brokenPromiseText(objection));
    case 'held':
      return holdBlock(objection.hold, plan.invocation);
    case 'notApproved':
      return {
        kind: 'unapproved',
        message: 'the group has changed since its plan was approved',
        override: '',
      };
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
  }
}

function placesText(places: readonly SourcePlace[]): string {
  const [first] = places;
  if (first === undefined) throw new Error('an objection to no rule');
  const { file, line } = first;
  return places.length === 1 ? `${file}:${line}` : `${places.length}, the first at ${file}:${line}`;
}

function routeBlock(objection: OrderObjection): BlockText {
  switch (objection.kind) {
    case 'overQuota':
      return {
        kind: 'quota',
        message:
          objection.counted === 'rules'
            ? `the group would hold ${objection.wanted} rules; its quota is ${objection.quota}`
            : `${objection.wanted} rules would name a group; the quota is ${objection.quota}`,
        override: 'ask for fewer rules; where the vendor allows more, raise reconcile.ruleQuota',
      };
    case 'noRoom':
      return {
        kind: 'quota',
        message: 'the group has no room to add the new rules before the old ones go',
        override:
          objection.fallback === 'refuse'
            ? 'free some rule slots, raise reconcile.ruleQuota where the vendor allows more, or set fallback to neverOpen'
            : 'free some rule slots, or raise reconcile.ruleQuota where the vendor allows more',
      };
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
            : `set fallback to ${objection.actions.has('accept') ? 'neverOpen' : 'neverCut'}`,
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

function holdBlock({ group, reason, untilMs }: Hold, { program, flags }: Invocation): BlockText {
  const until = new Date(untilMs).toISOString();
  const what = group === null ? 'every group is' : 'this group is';
  return {
    kind: 'paused',
    message: `${what} paused until ${until}: ${quoted(reason)}`,
    override: `${program} resume${group === null ? '' : ` --group ${group.id}`}${flags}`,
  };
}
