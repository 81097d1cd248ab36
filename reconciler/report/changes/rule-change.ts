// What becomes of each rule, with what that opens and closes: the changes of a diff, one by one. A rule of the cloud that
// is rewritten into quite another one counts as the old one that goes and the new one that comes, since that is what
// people have to know of it.
import type { ExposureDelta } from '../../exposure/ask/delta.ts';
import type { ExposureEffect } from '../../exposure/ask/effects.ts';
import type { DesiredRule, Mode } from '../../model/group.ts';
import { ruleContent, type Rule, type RuleField } from '../../model/rule.ts';
import type { Diff, Difference } from '../../plan/plan.ts';

/** `=`: no policy declares it, and it stays. */
export type ChangeSign = '+' | '-' | '~' | '=';

export interface ToldRule {
  readonly sign: ChangeSign;
  /** As it will be; of one that goes or stays, as it is. */
  readonly rule: Rule;
  /** Of one that is changed: as it was, and in what it differs. */
  readonly from: Rule | null;
  readonly fields: readonly RuleField[];
  /** The rule of a policy that asks for it; null: none does. */
  readonly desired: DesiredRule | null;
  /** Of a rule that is changed there may be two. */
  readonly effects: readonly ExposureEffect[];
}

/** What is compared: of a plan, or of two revisions of the policies. */
export interface ComparedRules {
  readonly mode: Mode;
  readonly diff: Diff;
  readonly exposure: Pick<ExposureDelta, 'effects'>;
}

/** Each rule of the diff once; one that is rewritten into another one twice, as it goes and as it comes. */
export function ruleChanges({ mode, diff, exposure }: ComparedRules): ToldRule[] {
  const found = new EffectsByRule(exposure.effects);
  const coming = (desired: DesiredRule): ToldRule => ({
    ...{ sign: '+', rule: desired.rule, from: null, fields: [], desired },
    effects: found.of('added', desired.rule),
  });
  const going = (rule: Rule, sign: '-' | '=' = '-'): ToldRule => ({
    ...{ sign, rule, from: null, fields: [], desired: null },
    effects: found.of('removed', rule),
  });
  return [
    ...diff.missing.map(coming),
    ...diff.different.flatMap((pair) =>
      isRewritten(pair) ? [coming(pair.to), going(pair.from.rule)] : [changedRule(pair, found)],
    ),
    ...diff.unexpected.map(({ rule }) => going(rule, mode === 'additive' ? '=' : '-')),
  ];
}

function changedRule({ from, to, fields }: Difference, found: EffectsByRule): ToldRule {
  const effects = [...found.of('added', to.rule), ...found.of('removed', from.rule)];
  return { sign: '~', rule: to.rule, from: from.rule, fields, desired: to, effects };
}

/** Whether nothing is left by which people would know it: the call is one Modify, because the id was free. */
function isRewritten({ fields }: Difference): boolean {
  const differs = (...some: readonly RuleField[]): boolean => some.some((field) => fields.includes(field));
  return differs('action') || (differs('protocol', 'ports', 'sourcePorts') && differs('peer', 'own'));
}

class EffectsByRule {
  readonly #effects: ReadonlyMap<string, ExposureEffect>;

  constructor(effects: readonly ExposureEffect[]) {
    this.#effects = new Map(effects.map((effect) => [effectKey(effect.change, effect.rule), effect]));
  }

  of(change: ExposureEffect['change'], rule: Rule): readonly ExposureEffect[] {
    const effect = this.#effects.get(effectKey(change, rule));
    return effect === undefined ? [] : [effect];
  }
}

const effectKey = (change: ExposureEffect['change'], rule: Rule): string => `${change} ${ruleContent(rule)}`;
