// One group of one file: its rules expanded, and what must hold between them checked.
import type { DesiredGroup, DesiredRule } from '../../model/group.ts';
import { formatPeer } from '../../model/peer.ts';
import type { SourcePlace } from '../../model/problem.ts';
import { fieldText, ruleIdentity, type Direction, type Rule } from '../../model/rule.ts';
import { regionWarning } from '../built-in/regions.ts';
import { quote } from '../read/complaint.ts';
import type { Definitions } from './definitions.ts';
import type { GroupEntry } from '../schema/document.ts';
import { expandRule } from './expand.ts';
import type { FileContext, Site } from './file-context.ts';
import { compileIgnore } from './ignore.ts';
import { formatPlace } from '../read/reporter.ts';
import { didYouMean } from '../schema/suggest.ts';

/** Far above the vendor's 1,000 rules on one network interface. */
const MAX_RULES_PER_GROUP = 10_000;

export interface GroupSite extends Site {
  readonly definitions: Definitions;
  /** Account names of the config; null: there is no config to hold them against. */
  readonly accounts: readonly string[] | null;
  /** How many rules may still come in this file. */
  readonly room: number;
}

/** Null if it is not certain which group is meant. What is wrong has been reported, here or before. */
export function compileGroup(entry: GroupEntry, site: GroupSite): DesiredGroup | null {
  const { context, path } = site;
  const { selector, region, account, mode = null, alone = false, ownership } = entry;
  const room = { left: Math.min(site.room, MAX_RULES_PER_GROUP) };
  const groupId = selector?.kind === 'id' ? selector.id : null;
  const rulesOf = (direction: Direction): DesiredRule[] | null =>
    compileDirection(entry, { ...site, direction, groupId, remaining: room });
  const rules = { ingress: rulesOf('ingress'), egress: rulesOf('egress') };
  if (account !== undefined) checkAccount(account, site);
  if (region !== undefined) warnOfRegion(region, site);
  const ignore = compileIgnore(entry, rules, site);
  if (selector === undefined || region === undefined || account === undefined) return null;
  if (entry.hasUnknownKeys) return null;
  return {
    account,
    region,
    selector,
    mode,
    alone,
    ignore,
    ...(ownership === 'declared' ? { ownership } : {}),
    rules,
    source: context.file.locate(path, 'value'),
  };
}

interface DirectionSite extends GroupSite {
  readonly direction: Direction;
  readonly groupId: string | null;
  /** Shared by both directions of the group. */
  readonly remaining: { left: number };
}

function compileDirection(entry: GroupEntry, site: DirectionSite): DesiredRule[] | null {
  const { direction, context, remaining } = site;
  const entries = entry.rules[direction];
  if (entries === null) return null;
  const names = new Map<string, SourcePlace>();
  const twins = new Map<string, SourcePlace>();
  const rules: DesiredRule[] = [];
  for (const [index, written] of entries.entries()) {
    const path = [...site.path, direction, index];
    if (typeof written.name === 'string') checkName(written.name, names, { context, path });
    const expanded = expandRule(written, { ...site, path, room: remaining.left });
    remaining.left -= expanded.rules.length;
    const source = context.file.locate(path, 'value');
    for (const rule of expanded.certain) checkTwin(rule, source, twins, context);
    for (const rule of expanded.rules) rules.push(rule);
  }
  return rules;
}

/** Where the key was before; null the first time. */
function earlierPlace(places: Map<string, SourcePlace>, key: string, place: SourcePlace): SourcePlace | null {
  const earlier = places.get(key);
  if (earlier === undefined) places.set(key, place);
  return earlier ?? null;
}

function checkName(name: string, names: Map<string, SourcePlace>, { context, path }: Site): void {
  const place = context.file.locate([...path, 'name'], 'value');
  const first = earlierPlace(names, name, place);
  if (first === null) return;
  const message = `the name ${quote(name)} is also at ${formatPlace(first)}`;
  const hint = 'names are unique in a direction';
  context.reporter.errorAt(place, { code: 'duplicate-name', message, hint });
}

/** Rules that are equal in all but their descriptions: the cloud would keep only one of them. */
function checkTwin(
  rule: Rule,
  source: SourcePlace,
  twins: Map<string, SourcePlace>,
  { reporter }: FileContext,
): void {
  const first = earlierPlace(twins, ruleIdentity(rule), source);
  if (first === null) return;
  const where = first === source ? 'twice from this rule' : `also from the rule at ${formatPlace(first)}`;
  const message = `${combinationText(rule)} comes ${where}`;
  const hint = first === source ? 'name each combination once' : 'remove this rule, or make it another one';
  reporter.errorAt(source, { code: 'duplicate-rule', message, hint });
}

function combinationText(rule: Rule): string {
  const ports = rule.ports.kind === 'none' ? [] : [fieldText(rule, 'ports')];
  const preposition = rule.direction === 'ingress' ? 'from' : 'to';
  return [rule.action, rule.protocol, ...ports, preposition, formatPeer(rule.peer)].join(' ');
}

function warnOfRegion(region: string, { context, path }: GroupSite): void {
  const warning = regionWarning(region);
  if (warning === null) return;
  context.reporter.warningAt(context.file.locate([...path, 'region'], 'value'), warning);
}

function checkAccount(account: string, { context, path, accounts }: GroupSite): void {
  if (accounts === null || accounts.includes(account)) return;
  const message = `the config has no account ${quote(account)}`;
  const hint = didYouMean(account, accounts) || `its accounts are ${accounts.join(', ') || '(none)'}`;
  context.reporter.error([...path, 'account'], { code: 'unknown-account', message, hint });
}
