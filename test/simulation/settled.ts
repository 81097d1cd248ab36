// When a simulation has come to its end: every group is exactly as its policy wants it, and nothing is left open.
// Read from the cloud itself and from the simulation's own policies.
import { ruleIdentity, type Rule } from '../../reconciler/model/rule.ts';
import type { SecurityGroup } from '../../emulator/state.ts';
import type { GroupStatus } from '../../daemon/schedule/group-record.ts';
import { rulesOf, wantedRules, without } from './checks/plan-watch.ts';
import type { Knobs } from './knobs.ts';
import { inForceAt, type PolicyVersion, type SimPolicy } from './policies.ts';
import { IGNORED_TEXT } from './rules.ts';

export interface EndWorld {
  readonly knobs: Knobs;
  readonly version: PolicyVersion;
  readonly nowMs: number;
  readonly stateOf: (group: string) => SecurityGroup;
  /** By group id; as the running process tells it. */
  readonly statuses: ReadonlyMap<string, GroupStatus>;
}

/** What is not as it has to be in the end, in words; by group. Groups that are right are left out. */
export function unsettledGroups(world: EndWorld): Map<string, string[]> {
  return new Map(
    policiesIn(world)
      .filter((policy) => policy.mode !== 'observe' && !mayStayBlocked(policy, world))
      .map((policy) => [policy.group.id, differences(policy, world)] as const)
      .filter(([, texts]) => texts.length > 0),
  );
}

/** Of one group that a policy names, as above, whatever its mode; empty for others. */
export function differencesOf(id: string, world: EndWorld): string[] {
  const policy = policiesIn(world).find(({ group }) => group.id === id);
  return policy === undefined ? [] : differences(policy, world);
}

/**
 * A cloud product's group; a group that has no room to get from here to there, or none for all rules that name a group; one
 * that is full, so that a rule without a text would keep that of another; and on the API of 2019 one whose rule
 * would have to be away for a moment, where the config does not allow that.
 */
export function mayStayBlocked(
  { group }: { readonly group: { readonly id: string } },
  world: EndWorld,
): boolean {
  const { knobs, statuses } = world;
  const status = statuses.get(group.id);
  if (status?.outcome !== 'blocked') return false;
  if (knobs.groups.some(({ kind, managed }) => kind.id === group.id && managed)) return true;
  if (knobs.quirks.apiLevel === 'legacy2019' && status.reason.includes('neither change a priority'))
    return true;
  const { is, wanted } = rulesAtEnd(group.id, world);
  if (status.reason.includes('would name a group'))
    return wanted.filter(({ peer }) => peer.kind === 'group').length > knobs.quirks.groupReferenceQuota;
  if (knobs.quirks.ruleQuota >= 1000) return false;
  if (status.reason.includes('the group is full')) {
    const coming = without(wanted, is);
    const isFull = is.length + coming.length > knobs.quirks.ruleQuota;
    return isFull && coming.some(({ description }) => description === null);
  }
  return /no room|its quota/.test(status.reason);
}

/** As the group is, and as its policy wants it, with what that leaves alone. */
function rulesAtEnd(
  id: string,
  world: EndWorld,
): { readonly is: readonly Rule[]; readonly wanted: readonly Rule[] } {
  const policy = policiesIn(world).find(({ group }) => group.id === id);
  const is = rulesOf(world.stateOf(id));
  return { is, wanted: policy === undefined ? [] : wantedRules(policy, is) };
}

/**
 * Groups that may go on trying for ever. Where the cloud's identity leaves the priority out, a policy cannot have a
 * rule beside its twin of another priority, if it must leave the twin alone: because it only adds, or because
 * someone else manages the twin.
 */
export function hopelessGroups(world: EndWorld): Set<string> {
  const { knobs, stateOf } = world;
  if (knobs.quirks.priorityInIdentity) return new Set();
  return new Set(
    policiesIn(world)
      .filter((policy) => {
        const is = rulesOf(stateOf(policy.group.id));
        const wanted = wantedRules(policy, is);
        const missing = without(wanted, is);
        const staying = new Set(without(wanted, missing).map(withoutPriority));
        return missing.some((rule) => staying.has(withoutPriority(rule)));
      })
      .map((policy) => policy.group.id),
  );
}

const policiesIn = ({ version, nowMs }: EndWorld): SimPolicy[] =>
  [...version.files.values()]
    .flatMap((file) => (file.kind === 'good' ? file.groups : []))
    .map((policy) => inForceAt(policy, nowMs));

const withoutPriority = (rule: Rule): string => ruleIdentity({ ...rule, priority: 1 });

function differences(policy: SimPolicy, { knobs, stateOf }: EndWorld): string[] {
  const group = stateOf(policy.group.id);
  const is = rulesOf(group);
  const wanted = wantedRules(policy, is);
  const say = (rules: readonly Rule[], what: string) =>
    rules.map((rule) => `${group.SecurityGroupId} ${what} ${ruleIdentity(rule)}`);
  const isRight = (text: string | null, wish: string | null) =>
    wish === null || text === wish || (policy.ignores && text?.startsWith(IGNORED_TEXT) === true);
  const misdescribed = wanted.filter((rule) => {
    const alike = is.filter((each) => withoutPriority(each) === withoutPriority(rule));
    const twins = alike.filter((each) => ruleIdentity(each) === ruleIdentity(rule));
    // The API of 2019 selects by fields, not by priority: it cannot be told which of two rules gets another text.
    if (knobs.quirks.apiLevel === 'legacy2019' && alike.length > twins.length) return false;
    return twins.length > 0 && !twins.some((twin) => isRight(twin.description, rule.description));
  });
  return [
    ...say(without(wanted, is), 'lacks'),
    ...say(without(is, wanted), 'has'),
    ...say(misdescribed, 'misdescribes'),
  ];
}
