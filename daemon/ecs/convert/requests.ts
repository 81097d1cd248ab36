// Model -> wire: one step of a plan becomes the parameters of one call. Today's API is told rules by their ids,
// and always all fields of a rule: whether an omitted field of a Modify is kept or reset is not documented. The
// API of 2019 has no ids: a rule is named by the vendor's own texts of it, one rule a call, because a tuple that is
// off by a spelling matches nothing and "succeeds".
import type { ApiLevel } from '../../../reconciler/model/api-dialect.ts';
import type { DescribedRule, GroupRef } from '../../../reconciler/model/group.ts';
import type { Peer } from '../../../reconciler/model/peer.ts';
import { formatPortRange, formatPorts } from '../../../reconciler/model/ports.ts';
import { formatPrefix } from '../../../reconciler/model/prefix.ts';
import { RULE_FIELDS, fieldText, type Direction, type Rule } from '../../../reconciler/model/rule.ts';
import type { AuthorizeStep, ModifyStep, RevokeStep, Step } from '../../../reconciler/plan/plan.ts';
import { MAX_RULES_PER_CALL, operationOf, type WriteOperation } from '../../../reconciler/model/operation.ts';
import type { WireParams } from '../api.ts';
import { SIDE_FIELDS } from './fields.ts';

export interface StepRequest {
  readonly operation: WriteOperation;
  readonly params: WireParams;
}

/** Equal inputs give equal parameters in equal order. Throws if the planner broke the rules of the API level. */
export function stepRequest(group: GroupRef, step: Step, apiLevel: ApiLevel): StepRequest {
  const target = { RegionId: group.region, SecurityGroupId: group.id };
  const params = apiLevel === 'current' ? currentParams(step) : legacyParams(step);
  return { operation: operationOf(step), params: { ...target, ...params } };
}

function currentParams(step: Step): WireParams {
  switch (step.kind) {
    case 'authorize':
      return numbered('Permissions', authorizedRules(step).map(ruleParams));
    case 'revoke':
      return Object.fromEntries(
        revokedRules(step).map((target, index) => [`SecurityGroupRuleId.${index + 1}`, idOf(target)]),
      );
    case 'modify':
      return { SecurityGroupRuleId: idOf(step.target), ...ruleParams(modifiedRule(step)) };
  }
}

function legacyParams(step: Step): WireParams {
  switch (step.kind) {
    case 'authorize':
      return ruleParams(onlyOne(authorizedRules(step)));
    case 'revoke':
      return onlyOne(revokedRules(step)).selector;
    case 'modify':
      return legacyModifyParams(step);
  }
}

/** The tuple selects; the description is what changes, on some endpoints the priority too. */
function legacyModifyParams(step: ModifyStep): WireParams {
  const [from, to] = [step.target.rule, modifiedRule(step)];
  const changed = RULE_FIELDS.filter((field) => fieldText(from, field) !== fieldText(to, field));
  const impossible = changed.filter((field) => field !== 'description' && field !== 'priority');
  if (impossible.length > 0) throw new Error(`the API of 2019 cannot modify ${impossible.join(', ')}`);
  const priority = changed.includes('priority') ? { Priority: String(to.priority) } : {};
  return { ...step.target.selector, ...priority, ...descriptionParams(to) };
}

/** The wished rule, with what the policy leaves to the cloud filled in from the rule that is there. */
function modifiedRule({ target, to }: ModifyStep): Rule {
  const from = target.rule;
  const peer = to.rule.peer;
  const sameGroup = peer.kind === 'group' && from.peer.kind === 'group' && peer.id === from.peer.id;
  return {
    ...to.rule,
    description: to.rule.description ?? from.description,
    peer: sameGroup ? { ...peer, ownerId: peer.ownerId ?? ownerOf(from.peer) } : peer,
  };
}

const ownerOf = (peer: Peer): string | null => (peer.kind === 'group' ? peer.ownerId : null);

/** The fields of one rule, without numbering. */
export function ruleParams(rule: Rule): WireParams {
  const fields = SIDE_FIELDS[rule.direction];
  return {
    IpProtocol: rule.protocol,
    ...(rule.ports.kind === 'list'
      ? { PortRangeListId: rule.ports.id }
      : { PortRange: formatPorts(rule.ports) }),
    ...(rule.sourcePorts === null ? {} : { SourcePortRange: formatPortRange(rule.sourcePorts) }),
    ...peerParams(rule.peer, rule.direction),
    ...(rule.own === null ? {} : { [fields.own[rule.own.kind]]: formatPrefix(rule.own) }),
    Policy: rule.action,
    Priority: String(rule.priority),
    NicType: rule.nicType,
    ...descriptionParams(rule),
  };
}

function peerParams(peer: Peer, direction: Direction): WireParams {
  const fields = SIDE_FIELDS[direction].peer;
  switch (peer.kind) {
    case 'ipv4':
    case 'ipv6':
      return { [fields[peer.kind]]: formatPrefix(peer) };
    case 'prefixList':
      return { [fields.prefixList]: peer.id };
    case 'group':
      return { [fields.group]: peer.id, ...ownerParams(peer.ownerId, direction) };
  }
}

/** The vendor describes owners as account ids; a login name goes by another field. */
function ownerParams(ownerId: string | null, direction: Direction): WireParams {
  const fields = SIDE_FIELDS[direction].peer;
  if (ownerId === null) return {};
  return { [/^\d+$/.test(ownerId) ? fields.groupOwnerId : fields.groupOwnerAccount]: ownerId };
}

const descriptionParams = (rule: Rule): WireParams =>
  rule.description === null ? {} : { Description: rule.description };

const authorizedRules = (step: AuthorizeStep): readonly Rule[] => batch(step.rules).map(({ rule }) => rule);

const revokedRules = (step: RevokeStep): readonly DescribedRule[] => batch(step.targets);

function batch<T>(items: readonly T[]): readonly T[] {
  if (items.length >= 1 && items.length <= MAX_RULES_PER_CALL) return items;
  throw new Error(`a step has ${items.length} rules, not 1 to ${MAX_RULES_PER_CALL}`);
}

function onlyOne<T>(items: readonly T[]): T {
  const [item, ...others] = items;
  if (item === undefined || others.length > 0) throw new Error('the API of 2019 takes one rule a call');
  return item;
}

function idOf(target: DescribedRule): string {
  if (target.id === null) throw new Error('a rule without id cannot be named in a call');
  return target.id;
}

/** `NAME.1.KEY`, `NAME.2.KEY`, … */
function numbered(name: string, items: readonly WireParams[]): WireParams {
  const entries = items.flatMap((item, index) =>
    Object.entries(item).map(([key, value]) => [`${name}.${index + 1}.${key}`, value] as const),
  );
  return Object.fromEntries(entries);
}
