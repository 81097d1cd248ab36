// What a person reads of too little room, with the quota that is too small and the key of that one.
import { noOrderText } from '../fit/no-order-text.ts';
import type { Block } from '../plan.ts';
import type { Invocation } from '../safety.ts';
import type { Excess, OrderObjection, QuotaKind } from './objection.ts';

/** Of the plan that is objected to: what commands need. */
export interface BlockedPlan {
  readonly hash: string;
  readonly invocation: Invocation;
  /** Whether the quota of rules is what the cloud refused to go beyond, and not what the config says. */
  readonly isQuotaLearned: boolean;
}

/** A block as far as its kind does not decide it. */
export type BlockText = Omit<Block, 'liftedBy'>;

const QUOTA_KEY: Readonly<Record<QuotaKind, string>> = {
  rules: 'reconcile.ruleQuota',
  groupRules: 'reconcile.groupReferenceQuota',
};

export function overQuotaBlock(
  { excess }: Extract<OrderObjection, { kind: 'overQuota' }>,
  plan: BlockedPlan,
): BlockText {
  const texts = excess.map((each) => excessText(each, plan));
  return {
    kind: 'quota',
    message: texts.map(({ message }) => message).join('; and '),
    override: texts.map(({ override }) => override).join('; and '),
  };
}

function excessText(
  { counted, wanted, quota }: Excess,
  { isQuotaLearned }: BlockedPlan,
): Pick<BlockText, 'message' | 'override'> {
  const raise = `where the vendor allows more, raise ${QUOTA_KEY[counted]} to ${wanted}`;
  switch (counted) {
    case 'groupRules':
      return {
        message: `${wanted} rules would name a group; the quota is ${quota}`,
        override: `name addresses or a prefix list in some of them; ${raise}`,
      };
    case 'rules':
      return {
        message: `the group would hold ${wanted} rules; its quota is ${quota}${isQuotaLearned ? REFUSED : ''}`,
        override: `ask for fewer rules; ${isQuotaLearned ? RAISE_AT_VENDOR : raise}`,
      };
  }
}

const REFUSED = ', for the cloud refused one more lately';
const RAISE_AT_VENDOR = 'or ask the vendor for a larger quota, and it is tried again after a while';

export function noRoomBlock(
  { counted, fallback, noHitlessOrder }: Extract<OrderObjection, { kind: 'noRoom' }>,
  plan: BlockedPlan,
): BlockText {
  const keys = counted.filter((each) => each !== 'rules' || !plan.isQuotaLearned);
  const ways = [
    `remove some rules${counted.includes('rules') ? '' : ' that name a group'} first`,
    ...(keys.length < counted.length ? ['ask the vendor for a larger quota'] : []),
    ...(keys.length > 0
      ? [`where the vendor allows more, raise ${keys.map((each) => QUOTA_KEY[each]).join(' and ')}`]
      : []),
    ...(fallback === 'refuse' ? ['set reconcile.fallback to neverOpen'] : []),
  ];
  return {
    kind: 'quota',
    message:
      `the group has no room to add the new rules${counted.includes('rules') ? '' : ' that name a group'} ` +
      `before the old ones go${plan.isQuotaLearned ? REFUSED : ''}` +
      (noHitlessOrder === null ? '' : `; ${noOrderText(noHitlessOrder)}`),
    override: ways.join('; or '),
  };
}
