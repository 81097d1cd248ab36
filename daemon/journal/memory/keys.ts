// By what the memory journal finds its entries again.
import { groupKey, type GroupRef } from '../../../reconciler/model/group.ts';
import type { GrantedApproval, PastApproval } from '../approvals.ts';

const ALL_GROUPS = '*';

export const scopeKey = (group: GroupRef | null): string => (group === null ? ALL_GROUPS : groupKey(group));

export const approvalKey = ({ planHash, group }: GrantedApproval): string => `${planHash} ${scopeKey(group)}`;

export function grantedOf(past: PastApproval): GrantedApproval {
  const { planHash, desiredHash, group, losing, opening, by, reason, atMs, untilMs } = past;
  return { planHash, desiredHash, group, losing, opening, by, reason, atMs, untilMs };
}

export const refOf = ({ account, region, id }: GroupRef): GroupRef => ({ account, region, id });

export const isOf = ({ account, region, id }: Partial<GroupRef>, group: GroupRef): boolean =>
  (account === undefined || account === group.account) &&
  (region === undefined || region === group.region) &&
  (id === undefined || id === group.id);
