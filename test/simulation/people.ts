// The people: they edit policies, and they edit the cloud at the console.
import { ruleIdentity, type Rule } from '../../reconciler/model/rule.ts';
import type { Permission } from '../../emulator/state.ts';
import type { Random } from '../support/random.ts';
import type { Cloud } from './cloud.ts';
import { readRule } from './checks/plan-watch.ts';
import { directed, editedRules } from './draw/estate.ts';
import type { Knobs } from './knobs.ts';
import { policyText, type PolicyTree, type SimFile, type SimPolicy } from './policies.ts';
import { alteredRule, randomRule, wireRule, type GroupKind, type Wire } from './rules.ts';

export interface PeopleWorld {
  readonly knobs: Knobs;
  readonly tree: PolicyTree;
  readonly cloud: Cloud;
  readonly random: Random;
  readonly note: (who: string, what: string) => void;
  /** Told of each group of which a policy says something else now. */
  readonly edited?: (group: string) => void;
  /** Told of each group that no policy named until now. */
  readonly named?: (group: string) => void;
  /** Tells the watchers after a while. */
  readonly notifySoon: () => void;
}

export class People {
  readonly #world: PeopleWorld;
  /** What files were before: people go back to it. */
  readonly #earlier = new Map<string, SimFile[]>();

  constructor(world: PeopleWorld) {
    this.#world = world;
  }

  editPolicy(): void {
    const { tree, random, knobs } = this.#world;
    const file = random.pick([...tree.current.files.keys()]);
    const before = tree.current.files.get(file);
    if (before?.kind !== 'good') return;
    const history = this.#earlier.get(file) ?? [before];
    this.#earlier.set(file, history);
    if (random.chance(0.25)) {
      this.#write(file, random.pick(history), 'goes back');
      return;
    }
    const all = knobs.policies.get(file) ?? [];
    const groups = all.flatMap((first) => {
      const held = before.groups.find(({ group }) => group.id === first.group.id);
      if (held === undefined) return random.chance(0.5) ? [first] : [];
      if (random.chance(0.04)) return [];
      return [random.chance(0.7) || all.length === 1 ? this.#edited(held) : held];
    });
    const after: SimFile = { kind: 'good', groups };
    history.push(after);
    this.#write(file, after, 'is edited');
  }

  #edited(policy: SimPolicy): SimPolicy {
    const { random, knobs } = this.#world;
    const rules = [...(policy.rules.ingress ?? []), ...(policy.rules.egress ?? [])];
    const managed = { ingress: policy.rules.ingress !== null, egress: policy.rules.egress !== null };
    return {
      ...policy,
      mode: random.chance(0.05) ? random.pick(['enforce', 'additive', 'observe'] as const) : policy.mode,
      rules: directed(editedRules(rules, policy.group, knobs.maxRules, random), managed),
    };
  }

  /** Half a file, as an editor or a copy leaves it for a moment. */
  breakFile(): void {
    const { tree, random } = this.#world;
    const file = random.pick([...tree.current.files.keys()]);
    const before = tree.current.files.get(file);
    if (before?.kind !== 'good') return;
    this.#earlier.set(file, [...(this.#earlier.get(file) ?? []), before]);
    this.#write(file, { kind: 'broken' }, 'breaks');
  }

  mendFiles(): void {
    for (const [file, content] of this.#world.tree.current.files) {
      const good = this.#earlier.get(file)?.at(-1);
      if (content.kind === 'broken' && good !== undefined) this.#write(file, good, 'is mended');
    }
  }

  #write(file: string, content: SimFile, what: string): void {
    const { tree, note, notifySoon, edited, named } = this.#world;
    const before = tree.current.files.get(file);
    // A broken file keeps its groups.
    const kept = before?.kind === 'broken' ? this.#earlier.get(file)?.at(-1) : before;
    if (edited !== undefined) changedGroups(before, content).forEach(edited);
    tree.write(file, content);
    if (named !== undefined) newGroups(kept, content).forEach(named);
    note('people', `${file} ${what}: v${tree.current.number}`);
    notifySoon();
  }

  editCloud(): void {
    const { knobs, random, cloud, note } = this.#world;
    const { kind, managed } = random.pick(knobs.groups);
    if (managed) return;
    const rules = cloud.group(kind.id).Permissions;
    const [what, code] =
      rules.length === 0 || random.chance(0.4)
        ? this.#add(kind, randomRule(kind, random))
        : random.chance(0.5)
          ? this.#remove(kind, random.pick(rules))
          : this.#alter(kind, random.pick(rules));
    note('people', `at the console, ${kind.id}: ${what} ${code}`);
  }

  #add(kind: GroupKind, rule: Rule): [string, string] {
    const { cloud, random } = this.#world;
    const fields = wireRule(rule, random);
    const params = kind.legacy ? fields : prefixed(fields);
    const code = cloud.console(`AuthorizeSecurityGroup${suffix(rule)}`, kind.id, params);
    return [`add ${ruleIdentity(rule)}`, code];
  }

  #remove(kind: GroupKind, permission: Permission): [string, string] {
    const { cloud } = this.#world;
    const rule = readRule(permission);
    const params = kind.legacy
      ? storedFields(permission)
      : { 'SecurityGroupRuleId.1': permission.SecurityGroupRuleId };
    const code = cloud.console(`RevokeSecurityGroup${suffix(rule)}`, kind.id, params);
    return [`remove ${permission.SecurityGroupRuleId} ${ruleIdentity(rule)}`, code];
  }

  #alter(kind: GroupKind, permission: Permission): [string, string] {
    const { cloud, random } = this.#world;
    const rule = readRule(permission);
    const altered = alteredRule(rule, kind, random);
    if (kind.legacy) {
      const [, removed] = this.#remove(kind, permission);
      const [what, added] = this.#add(kind, altered);
      return [`remove and ${what}`, removed || added];
    }
    const params = { SecurityGroupRuleId: permission.SecurityGroupRuleId, ...wireRule(altered, random) };
    const action = `ModifySecurityGroup${rule.direction === 'egress' ? 'EgressRule' : 'Rule'}`;
    const code = cloud.console(action, kind.id, params);
    return [`alter ${permission.SecurityGroupRuleId} to ${ruleIdentity(altered)}`, code];
  }
}

/** Of a file before and after; what is gone is no one's any more. */
function changedGroups(before: SimFile | undefined, after: SimFile): string[] {
  if (before?.kind !== 'good' || after.kind !== 'good') return [];
  const held = new Set(before.groups.map(policyText));
  return after.groups.filter((policy) => !held.has(policyText(policy))).map(({ group }) => group.id);
}

/** Of a file before and after. */
function newGroups(before: SimFile | undefined, after: SimFile): string[] {
  const idsOf = (file: SimFile | undefined) =>
    file?.kind === 'good' ? file.groups.map(({ group }) => group.id) : [];
  const held = new Set(idsOf(before));
  return idsOf(after).filter((id) => !held.has(id));
}

const suffix = ({ direction }: Rule): string => (direction === 'egress' ? 'Egress' : '');

const prefixed = (fields: Wire): Wire =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [`Permissions.1.${name}`, value]));

const NOT_SELECTING: ReadonlySet<string> = new Set(['SecurityGroupRuleId', 'CreateTime', 'Direction']);

/** The texts by which the API of 2019 finds a rule. */
function storedFields(permission: Permission): Wire {
  return Object.fromEntries(
    Object.entries(permission)
      .filter(([name]) => !NOT_SELECTING.has(name))
      .map(([name, value]) => [name, String(value)] as const)
      .filter(([, value]) => value !== ''),
  );
}
