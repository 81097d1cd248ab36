// What a call names, read from its parameters.
import type { Rule } from '../../../reconciler/model/rule.ts';
import type { SentCall } from '../facts.ts';
import { readShown } from '../rules.ts';
import type { WatchedPlan } from './plan-watch.ts';

/** The rules that a Modify or a Revoke names by id, as the plan knows them. */
export function namedBy({ params }: SentCall, plan: Pick<WatchedPlan, 'told'>): Rule[] {
  const ids = Object.entries(params).flatMap(([name, id]) =>
    name.startsWith('SecurityGroupRuleId') ? [id] : [],
  );
  return ids.flatMap((id) => plan.told.get(id) ?? []);
}

/** The rules that a call names in full. */
export function rulesIn(operation: string, params: SentCall['params']): Rule[] {
  const direction = operation.endsWith('Egress') ? 'egress' : 'ingress';
  return permissionsIn(params).map((fields) => readShown(fields, direction));
}

/** The rules that a request names in full: `Permissions.N.…`, or one flat rule. */
function permissionsIn(params: Readonly<Record<string, string>>): Array<Record<string, string>> {
  const numbered = new Map<string, Record<string, string>>();
  for (const [name, value] of Object.entries(params)) {
    const [, number, field] = /^Permissions\.(\d+)\.(\w+)$/.exec(name) ?? [];
    if (number === undefined || field === undefined) continue;
    const fields = numbered.get(number) ?? {};
    numbered.set(number, { ...fields, [field]: value });
  }
  if (numbered.size > 0) return [...numbered.values()];
  return params.IpProtocol === undefined ? [] : [{ ...params }];
}
