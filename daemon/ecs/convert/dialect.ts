// How each API level is spoken on the wire. Today's API names rules by their ids, and always gets all fields of a
// rule: whether an omitted field of a Modify is kept or reset is not documented. The API of 2019 has no ids and takes
// one rule a call: it names a rule by the vendor's own texts of it, because a tuple that is off by a spelling matches
// nothing and "succeeds". What else a level can and cannot do stands in reconciler/model/api-dialect.ts.
import type { ApiLevel } from '../../../reconciler/model/api-dialect.ts';
import type { DescribedRule } from '../../../reconciler/model/group.ts';
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import type { Rule } from '../../../reconciler/model/rule.ts';
import type { Step } from '../../../reconciler/plan/plan.ts';
import type { WireParams } from '../api.ts';
import { descriptionParams, ruleParams } from './rule-params.ts';

export interface WireDialect {
  /** What the call of a step says of rules. The step keeps the limits of the level, and its rules are complete. */
  encode(step: Step): WireParams;
  /** The rules of a group with what this level names them by, or what is wrong with them. */
  decode(rules: readonly DescribedRule[]): Result<readonly DescribedRule[], string>;
}

const WIRE_DIALECTS: Readonly<Record<ApiLevel, WireDialect>> = {
  current: { encode: encodeWithIds, decode: decodeWithIds },
  legacy2019: { encode: encodeWithFields, decode: decodeWithFields },
};

export const wireDialectOf = (level: ApiLevel): WireDialect => WIRE_DIALECTS[level];

/** The level of an endpoint by the rules of a group; null where there are none. */
export function levelShownBy(rules: readonly DescribedRule[]): ApiLevel | null {
  if (rules.length === 0) return null;
  return rules.every(({ id }) => id === null) ? 'legacy2019' : 'current';
}

function encodeWithIds(step: Step): WireParams {
  switch (step.kind) {
    case 'authorize':
      return numbered(
        'Permissions',
        step.rules.map(({ rule }) => ruleParams(rule)),
      );
    case 'revoke':
      return Object.fromEntries(
        step.targets.map((target, index) => [`SecurityGroupRuleId.${index + 1}`, idOf(target)]),
      );
    case 'modify':
      return { SecurityGroupRuleId: idOf(step.target), ...ruleParams(step.to.rule) };
  }
}

const NO_FIELDS = Object.freeze({});

function decodeWithIds(rules: readonly DescribedRule[]): Result<readonly DescribedRule[], string> {
  const without = rules.filter(({ id }) => id === null).length;
  // The texts are many, and no call names a rule by them.
  const named = rules.map(({ rule, id }) => ({ rule, id, selector: NO_FIELDS }));
  return without === 0 ? ok(named) : err(`${without} of ${rules.length} rules have no id`);
}

function encodeWithFields(step: Step): WireParams {
  switch (step.kind) {
    case 'authorize':
      return ruleParams(first(step.rules).rule);
    case 'revoke':
      return first(step.targets).selector;
    case 'modify': {
      const { target, to } = step;
      const isSame = target.rule.priority === to.rule.priority;
      const priority = isSame ? {} : { Priority: String(to.rule.priority) };
      return { ...target.selector, ...priority, ...descriptionParams(to.rule) };
    }
  }
}

/** Where the config names this level, ids are not used even if there are some. */
function decodeWithFields(rules: readonly DescribedRule[]): Result<readonly DescribedRule[], string> {
  return ok(rules.map((described) => ({ ...described, id: null, rule: withDefaultOwnSide(described.rule) })));
}

/**
 * The page of 2019 gives `DestCidrIp` the default 0.0.0.0/0, so it may be shown of rules that were sent without it, those
 * that name a group included, of whose members it would otherwise leave out the IPv6 addresses. The selector keeps what is shown.
 */
function withDefaultOwnSide(rule: Rule): Rule {
  return rule.own?.kind === 'ipv4' && rule.own.length === 0 ? Object.freeze({ ...rule, own: null }) : rule;
}

/** `NAME.1.KEY`, `NAME.2.KEY`, … */
function numbered(name: string, items: readonly WireParams[]): WireParams {
  const entries = items.flatMap((item, index) =>
    Object.entries(item).map(([key, value]) => [`${name}.${index + 1}.${key}`, value] as const),
  );
  return Object.fromEntries(entries);
}

function idOf(target: DescribedRule): string {
  if (target.id === null) throw new Error('a rule without id cannot be named in a call');
  return target.id;
}

function first<T>([item]: readonly T[]): T {
  if (item === undefined) throw new Error('a step without rules');
  return item;
}
