// Guardrails and freezes whose scope no group of the policies can be in: after a slip in an id they protect nothing, and
// nothing would ever say so.
import { mayBeInScope, scopedByPolicy, type ScopedGroup } from '../../../reconciler/judge/scope.ts';
import type { DesiredGroup } from '../../../reconciler/model/group.ts';
import type { GroupScope } from '../../../reconciler/model/packets/pattern.ts';
import type { Problem, SourcePlace } from '../../../reconciler/model/problem.ts';
import {
  placeKeyOf,
  writtenScope,
  type WrittenGuardrails,
} from '../../../reconciler/policy/compile/compile-guardrails.ts';
import { idOfGuardrail } from '../../../reconciler/policy/schema/pattern/guardrail-schema.ts';
import { didYouMean } from '../../../reconciler/policy/schema/suggest.ts';
import type { Config } from '../../config/config.ts';
import { placeInConfig } from '../../config/load.ts';

/** Of all groups of all policies; of none at all there is nothing to say, nor where an error may have taken a group away. */
export function idleScopes(
  { file, guardrails, reconcile }: Pick<Config, 'file' | 'guardrails' | 'reconcile'>,
  { groups, problems }: { readonly groups: readonly DesiredGroup[]; readonly problems: readonly Problem[] },
): Problem[] {
  const known = groups.map(scopedByPolicy);
  if (known.length === 0 || problems.some(({ severity }) => severity === 'error')) return [];
  const frozen = reconcile.freeze.flatMap(({ name, groups: scope }, index) =>
    scope === undefined || isMet(writtenScope(scope), known)
      ? []
      : [
          idle(placeInConfig(file, ['reconcile', 'freeze', index, 'groups']), `the freeze ${name}`, {
            scope: writtenScope(scope),
            known,
          }),
        ],
  );
  return [...idleGuardrails(guardrails, known), ...frozen];
}

function idleGuardrails(
  { entries, places, file }: WrittenGuardrails,
  known: readonly ScopedGroup[],
): Problem[] {
  return entries.flatMap((entry, index) => {
    const scope = writtenScope(entry.groups ?? {});
    if (isMet(scope, known)) return [];
    const place = places[placeKeyOf(['guardrails', index, 'groups'])] ?? { file, line: 1, column: 1 };
    return [idle(place, `the guardrail ${idOfGuardrail(entry)}`, { scope, known })];
  });
}

const isMet = (scope: GroupScope, known: readonly ScopedGroup[]): boolean =>
  known.some((group) => mayBeInScope(scope, group));

function idle(
  place: SourcePlace,
  what: string,
  { scope, known }: { readonly scope: GroupScope; readonly known: readonly ScopedGroup[] },
): Problem {
  const ids = known.flatMap(({ id }) => id ?? []);
  const slip = (scope.ids ?? []).map((id) => didYouMean(id, ids)).find((text) => text !== '');
  return {
    ...place,
    severity: 'warning',
    code: 'scope-without-groups',
    message: `no group of the policies is one of those that ${what} names: it is about none`,
    hint: slip ?? 'name ids, names, tags, accounts or regions that groups of the policies have',
  };
}
