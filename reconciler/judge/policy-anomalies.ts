// Rules of a policy that do nothing, or not what they say, as warnings at the places where they are written.
// One line of a policy stands for many rules, so what is found of several of them is said once.
import { findAnomalies, type Anomaly, type AnomalyKind } from '../exposure/ask/anomalies.ts';
import { groupContext } from '../exposure/engine/context.ts';
import { DEFAULT_MAX_WORK } from '../exposure/engine/meter.ts';
import { groupBy } from '../model/collections.ts';
import type { DesiredGroup, DesiredRule } from '../model/group.ts';
import { formatPeer, type Peer } from '../model/peer.ts';
import { ALL_PORTS, formatPortRange, formatPorts, type Ports } from '../model/ports.ts';
import { formatPrefix, prefixContains, type Prefix } from '../model/prefix.ts';
import { compareProblems, type Problem, type SourcePlace, type ProblemCode } from '../model/problem.ts';
import { DIRECTIONS, type Rule } from '../model/rule.ts';
import { describeRule } from '../model/rule-text.ts';

/** For all groups together, shared out by their rules: seconds at worst. See `DEFAULT_MAX_WORK`. */
const MAX_WORK_IN_ALL = 3 * DEFAULT_MAX_WORK;

const RULES_NAMED = 3;

const EVERY_PORT = formatPortRange(ALL_PORTS);

/** In reading order. Expired rules are to be left out before. */
export function ruleAnomalies(groups: readonly DesiredGroup[], maxWork = MAX_WORK_IN_ALL): Problem[] {
  const total = groups.reduce((sum, group) => sum + rulesOf(group).length, 0);
  return groups
    .flatMap((group) => {
      const share = (maxWork * rulesOf(group).length) / Math.max(1, total);
      return anomaliesOf(group, Math.min(DEFAULT_MAX_WORK, share));
    })
    .sort(compareProblems);
}

const rulesOf = ({ rules }: DesiredGroup): readonly DesiredRule[] =>
  DIRECTIONS.flatMap((direction) => rules[direction] ?? []);

function anomaliesOf(group: DesiredGroup, maxWork: number): Problem[] {
  const desired = rulesOf(group);
  // Nothing that is found depends on the type: the default is no one's rival, and no rule names its own group.
  const id = group.selector.kind === 'id' ? group.selector.id : '';
  const context = groupContext({ id, type: 'normal', innerAccess: 'accept' });
  const report = findAnomalies(
    desired.map(({ rule }) => rule),
    context,
    maxWork,
  );
  const written = new Map(desired.map((each) => [each.rule, each]));
  const lasting = report.anomalies.filter((anomaly) => lasts(anomaly, written));
  const canAllGo = report.anomalies.length === lasting.length ? report.droppable.length : 0;
  const spare = `${canAllGo} of ${desired.length} rules are redundant; removing them frees ${canAllGo} of the quota`;
  const unfinished = 'the rules are too many or too intricate to look at each for being of use';
  return [
    ...(canAllGo > 1 ? [warning(group.source, 'rules-spare', spare)] : []),
    ...idleRules(lasting, written),
    ...overruledAccepts(lasting, written),
    ...mappedPeers(desired),
    ...(report.complete ? [] : [warning(group.source, 'anomalies-unfinished', unfinished)]),
  ];
}

function warning(source: SourcePlace, code: ProblemCode, message: string, hint = ''): Problem {
  return { ...source, severity: 'warning', code, message, hint };
}

type Written = ReadonlyMap<Rule, DesiredRule>;

/** What is so only until another rule expires is meant so. */
function lasts({ rule, by }: Anomaly, written: Written): boolean {
  const end = (each: Rule): number => written.get(each)?.expiresAtMs ?? Infinity;
  return by.every((other) => end(other) >= end(rule));
}

const IDLE: Readonly<
  Record<Exclude<AnomalyKind, 'contradicted'>, { readonly finding: string; readonly hint: string }>
> = {
  unmatched: { finding: 'can match no packet', hint: 'remove it' },
  shadowed: {
    finding: 'never decides: others decide all of its packets, and not all of them as it says',
    hint: 'make it stronger by a lower priority number, or remove it',
  },
  covered: { finding: 'changes nothing: others decide all of its packets alike', hint: 'remove it' },
  redundant: {
    finding: 'changes nothing: weaker rules would decide its packets alike',
    hint: 'remove it, unless rules of another group on the same interface come in between',
  },
};

function idleRules(anomalies: readonly Anomaly[], written: Written): Problem[] {
  const problems: Problem[] = [];
  for (const kind of ['unmatched', 'shadowed', 'covered', 'redundant'] as const) {
    const found = anomalies.filter((anomaly) => anomaly.kind === kind);
    for (const { source, items } of bySource(found, ({ rule }) => rule, written)) {
      const { finding, hint } = IDLE[kind];
      const rules = items.map(({ rule }) => rule);
      const by = [...new Set(items.flatMap((item) => item.by))];
      const more = rules.length === 1 ? '' : ` (and ${rules.length - 1} more from here)`;
      const who = by.length === 0 ? '' : `: ${namedRules(by, written)}`;
      const message = `${namedRule(rules)}${more} ${finding}${who}`;
      problems.push(warning(source, `rule-${kind}`, message, hint));
    }
  }
  return problems;
}

const namedRule = ([first]: readonly Rule[]): string => (first === undefined ? '' : describeRule(first));

/** `::ffff:0:0/96`: how programs write IPv4 addresses where they take IPv6 ones. */
const MAPPED: Prefix = { kind: 'ipv6', address: 0xffffn << 32n, length: 96 };

/** No packet has such an address, so a rule that names one does nothing, and what was meant is not done. */
function mappedPeers(desired: readonly DesiredRule[]): Problem[] {
  return desired.flatMap(({ rule, source }) => {
    const { peer } = rule;
    if (peer.kind !== 'ipv6' || !prefixContains(MAPPED, peer)) return [];
    const network = formatPrefix({
      kind: 'ipv4',
      address: peer.address & 0xffffffffn,
      length: peer.length - 96,
    });
    const message = `${describeRule(rule)} can match no packet: IPv4 packets have no IPv6 addresses`;
    return [warning(source, 'rule-ipv4-mapped', message, `write ${network}`)];
  });
}

/** Told once at the drop, which is the one that wins, however many accepts it meets. */
function overruledAccepts(anomalies: readonly Anomaly[], written: Written): Problem[] {
  const meetings = anomalies
    .filter(({ kind }) => kind === 'contradicted')
    .flatMap(({ rule, by }) => by.map((drop) => ({ drop, accept: rule })))
    // Who is in a group or list is not known here: that it might hold something of the other rule is no finding.
    .filter(
      ({ drop, accept }) =>
        peersSurelyMeet(drop.peer, accept.peer) && portsSurelyMeet(drop.ports, accept.ports),
    );
  return bySource(meetings, ({ drop }) => drop, written).map(({ source, items }) => {
    const accepts = [...new Set(items.map(({ accept }) => accept))];
    const drop = namedRule(items.map((item) => item.drop));
    const message = `${drop} wins over accepts of the same priority: ${namedRules(accepts, written)}`;
    const hint = 'if it is meant so, say it by a lower priority number; if not, make the accepts stronger';
    return warning(source, 'rule-contradicted', message, hint);
  });
}

/** Of rules that meet at all. */
function peersSurelyMeet(a: Peer, b: Peer): boolean {
  const isEverybody = (peer: Peer): boolean => 'address' in peer && peer.length === 0;
  if ('address' in a && 'address' in b) return true;
  return isEverybody(a) || isEverybody(b) || formatPeer(a) === formatPeer(b);
}

function portsSurelyMeet(a: Ports, b: Ports): boolean {
  const isEvery = (ports: Ports): boolean => ports.kind === 'none' || formatPorts(ports) === EVERY_PORT;
  if (a.kind !== 'list' && b.kind !== 'list') return true;
  if (a.kind === 'list' && b.kind === 'list') return a.id === b.id;
  return isEvery(a) || isEvery(b);
}

/** Items by the place where their rule is written, in the order in which the places come first. */
function bySource<T>(
  items: readonly T[],
  ruleOf: (item: T) => Rule,
  written: Written,
): Array<{ readonly source: SourcePlace; readonly items: readonly T[] }> {
  const placed = items.flatMap((item) => {
    const source = written.get(ruleOf(item))?.source;
    return source === undefined ? [] : [{ source, item }];
  });
  return [...groupBy(placed, ({ source }) => placeText(source)).values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ source: first.source, items: group.map(({ item }) => item) }];
  });
}

const placeText = ({ file, line }: SourcePlace): string => `${file}:${line}`;

function namedRules(rules: readonly Rule[], written: Written): string {
  const named = rules.slice(0, RULES_NAMED).map((rule) => {
    const source = written.get(rule)?.source;
    return source === undefined ? describeRule(rule) : `${describeRule(rule)} (${placeText(source)})`;
  });
  const more = rules.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
}
