// One group of one file: its rules expanded, and what must hold between them checked.
import type { DesiredGroup, DesiredRule, IgnorePattern } from '../model/group.ts';
import { matchesGlob } from '../model/glob.ts';
import { formatPeer } from '../model/peer.ts';
import type { SourcePlace } from '../model/problem.ts';
import { fieldText, ruleIdentity, type Direction, type Rule } from '../model/rule.ts';
import { quote } from './complaint.ts';
import type { Definitions } from './definitions.ts';
import { selectorOf, type GroupEntry, type GroupHead } from './document.ts';
import { expandRule } from './expand.ts';
import type { FileContext, Site } from './file-context.ts';
import { formatPlace, type Path } from './reporter.ts';
import { didYouMean } from './suggest.ts';

/** Far above the vendor's 1,000 rules on one network interface. */
const MAX_RULES_PER_GROUP = 10_000;

export interface GroupSite extends Site {
  readonly definitions: Definitions;
  /** Account names of the config. */
  readonly accounts: readonly string[];
  /** How many rules may still come in this file. */
  readonly room: number;
}

/** Null if something about the group as such is wrong. What is wrong has been reported, here or before. */
export function compileGroup(entry: GroupEntry, site: GroupSite): DesiredGroup | null {
  const { context, path } = site;
  const { head } = entry;
  const selector = head === null ? null : selectorOf(head);
  const room = { left: Math.min(site.room, MAX_RULES_PER_GROUP) };
  const groupId = selector?.kind === 'id' ? selector.id : null;
  const rulesOf = (direction: Direction): DesiredRule[] | null =>
    compileDirection(entry, { ...site, direction, groupId, remaining: room });
  const rules = { ingress: rulesOf('ingress'), egress: rulesOf('egress') };
  if (head === null || selector === null) return null;
  checkAccount(head, site);
  const ignore = ignoreOf(head, site);
  checkIgnore(ignore, [...(rules.ingress ?? []), ...(rules.egress ?? [])], context);
  const { account, region, mode = null } = head;
  return { account, region, selector, mode, ignore, rules, source: context.file.locate(path, 'value') };
}

interface DirectionSite extends GroupSite {
  readonly direction: Direction;
  readonly groupId: string | null;
  /** Shared by both directions of the group. */
  readonly remaining: { left: number };
}

function compileDirection(entry: GroupEntry, site: DirectionSite): DesiredRule[] | null {
  const { direction, context, definitions, groupId, remaining } = site;
  const entries = entry.rules[direction];
  if (entries === null) return null;
  const names = new Map<string, SourcePlace>();
  const twins = new TwinCheck(context);
  const rules: DesiredRule[] = [];
  for (const [index, written] of entries.entries()) {
    if (written === null) continue;
    const path = [...site.path, direction, index];
    if (written.name !== undefined) checkName(written.name, names, { context, path });
    const expanded = expandRule(written, {
      context,
      definitions,
      direction,
      path,
      groupId,
      room: remaining.left,
    });
    remaining.left -= expanded.length;
    for (const rule of expanded) {
      twins.add(rule, path);
      rules.push(rule);
    }
  }
  return rules;
}

function checkName(name: string, names: Map<string, SourcePlace>, { context, path }: Site): void {
  const place = context.file.locate([...path, 'name'], 'value');
  const first = names.get(name);
  if (first === undefined) {
    names.set(name, place);
    return;
  }
  const message = `the name ${quote(name)} is also at ${formatPlace(first)}`;
  context.reporter.errorAt(place, {
    code: 'duplicate-name',
    message,
    hint: 'names are unique in a direction',
  });
}

/** Finds rules that are equal in all but their descriptions: the cloud would keep only one of them. */
class TwinCheck {
  private readonly places = new Map<string, SourcePlace>();
  private readonly context: FileContext;

  constructor(context: FileContext) {
    this.context = context;
  }

  add({ rule, source }: DesiredRule, path: Path): void {
    const identity = ruleIdentity(rule);
    const first = this.places.get(identity);
    if (first === undefined) {
      this.places.set(identity, source);
      return;
    }
    const where = first === source ? 'twice from this rule' : `also from the rule at ${formatPlace(first)}`;
    const message = `${ruleText(rule)} comes ${where}`;
    this.context.reporter.error(path, {
      code: 'duplicate-rule',
      message,
      hint: 'name each combination once',
    });
  }
}

function ruleText(rule: Rule): string {
  const ports = rule.ports.kind === 'none' ? [] : [fieldText(rule, 'ports')];
  const preposition = rule.direction === 'ingress' ? 'from' : 'to';
  return [rule.action, rule.protocol, ...ports, preposition, formatPeer(rule.peer)].join(' ');
}

function checkAccount({ account }: GroupHead, { context, path, accounts }: GroupSite): void {
  if (accounts.includes(account)) return;
  const message = `the config has no account ${quote(account)}`;
  const hint = didYouMean(account, accounts) || `its accounts are ${accounts.join(', ') || '(none)'}`;
  context.reporter.error([...path, 'account'], { code: 'unknown-account', message, hint });
}

function ignoreOf(head: GroupHead, { context, path }: GroupSite): IgnorePattern[] {
  return head.ignore.map(({ description }, index) => ({
    description,
    source: context.file.locate([...path, 'ignore', index, 'description'], 'value'),
  }));
}

/** A declared rule that an ignore pattern names would never be put right again. */
function checkIgnore(
  ignore: readonly IgnorePattern[],
  rules: readonly DesiredRule[],
  context: FileContext,
): void {
  if (ignore.length === 0) return;
  const placeOf = new Map(rules.map(({ rule, source }) => [rule.description, source]));
  for (const pattern of ignore) {
    for (const [description, place] of placeOf) {
      if (description === null || !matchesGlob(pattern.description, description)) continue;
      const message = `this would hide the rule declared at ${formatPlace(place)}`;
      const hint = 'narrow the pattern, or change the description of the rule';
      context.reporter.errorAt(pattern.source, { code: 'ignore-hides-rule', message, hint });
    }
  }
}
