// Which rules of a group are ours: those that a call of this journal brought or changed, and those that a person adopted.
// A call does not tell the ids of the rules that it added, so these are learned from the next read.
import type { DescribedGroup } from '../../../reconciler/model/group.ts';
import { ruleIdentity } from '../../../reconciler/model/rule.ts';
import type { Effect } from '../../journal/effect.ts';
import type { GroupFacts } from '../../journal/facts.ts';

type OwnFacts = Pick<GroupFacts, 'ownedRules' | 'broughtRules'>;

/** Twice what a group may hold. Beyond it, rules that are gone are forgotten: their ids never come again. */
const MAX_OWNED = 2000;

/** By id. */
export function ownedRules(
  facts: OwnFacts & Pick<GroupFacts, 'adoptedRules'>,
  described: DescribedGroup,
): ReadonlySet<string> {
  const { ownedRules: owned } = ownedAfterRead(facts, described);
  return new Set([...owned, ...facts.adoptedRules.map(({ id }) => id)]);
}

/** What is known once the cloud has said yes to a call. */
export function ownedAfterCall(
  { ownedRules: owned, broughtRules: brought }: OwnFacts,
  { adds }: Effect,
): OwnFacts {
  const modified = adds.flatMap(({ id }) => id ?? []);
  return {
    ownedRules: [...new Set([...owned, ...modified])],
    // Some clouds give a modified rule another id.
    broughtRules: [...new Set([...brought, ...adds.map(({ identity }) => identity)])],
  };
}

/** What is known once the group has been read after that. */
export function ownedAfterRead(
  { ownedRules: owned, broughtRules: brought }: OwnFacts,
  { rules }: DescribedGroup,
): OwnFacts {
  const awaited = new Set(brought);
  const found =
    awaited.size === 0
      ? []
      : rules.flatMap(({ rule, id }) => (id !== null && awaited.has(ruleIdentity(rule)) ? [id] : []));
  const all = [...new Set([...owned, ...found])];
  const there = new Set(rules.map(({ id }) => id));
  return {
    ownedRules: all.length > MAX_OWNED ? all.filter((id) => there.has(id)) : all,
    broughtRules: [],
  };
}
