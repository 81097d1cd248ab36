// A rule as written -> the rules it stands for: every peer with every protocol and port.
import type { DesiredRule, NamedSet, RuleWords } from '../../model/group.ts';
import type { Peer } from '../../model/peer.ts';
import { canonicalSourcePorts, NO_PORTS, type Ports } from '../../model/ports.ts';
import { hasPorts } from '../../model/protocol.ts';
import {
  makeRule,
  MAX_DESCRIPTION_LENGTH,
  ruleProblems,
  type Direction,
  type KnownFields,
  type Rule,
  type RuleField,
  type RuleProblem,
} from '../../model/rule.ts';
import type { Definitions } from './definitions.ts';
import type { RuleEntry } from '../schema/document.ts';
import { OWN_KEY, PEER_KEY } from '../schema/side-keys.ts';
import type { Site } from './file-context.ts';
import type { Traffic } from '../schema/port-text.ts';
import type { Path } from '../read/reporter.ts';

export interface RuleSite extends Site {
  readonly definitions: Definitions;
  readonly direction: Direction;
  /** Id of the group itself, which no rule of its own may name as a peer; null if it is not known here. */
  readonly groupId: string | null;
  /** How many rules may still come. */
  readonly room: number;
}

/** A value and the path of the word that it comes from. */
interface Sourced<T> {
  readonly value: T;
  readonly path: Path;
  /** The set that the word names; null: it names none. */
  readonly named: NamedSet | null;
}

/** Undefined: what is written there is broken, and has been reported. */
type KnownTraffic = Pick<KnownFields, 'protocol' | 'ports'>;

export interface Expansion {
  /** None unless the entry is whole; fewer, or none, if something was wrong and has been reported. */
  readonly rules: readonly DesiredRule[];
  /** What the entry is certain to stand for, whole or not; descriptions may be missing. */
  readonly certain: readonly Rule[];
}

/** Looks at every combination, with what is known of it: a broken part hides nothing that is wrong with others. */
export function expandRule(entry: RuleEntry, site: RuleSite): Expansion {
  const peerSets = peerSetsOf(entry, site);
  const trafficSets = trafficSetsOf(entry, site);
  const [peerCount, trafficCount] = [sizeOf(peerSets), sizeOf(trafficSets)];
  if (peerCount * trafficCount > site.room) {
    reportTooMany(`${peerCount} peers x ${trafficCount} ports`, site);
    return { rules: [], certain: [] };
  }
  reportSelf(peerSets, site);
  warnOfBytes(entry, site);
  const certain: Rule[] = [];
  const rules: DesiredRule[] = [];
  const source = site.context.file.locate(site.path, 'value');
  const name = entry.name ?? null;
  const wordsOf = sharedWords();
  for (const peer of orUnknown(sourcedMembers(peerSets), undefined, site)) {
    for (const traffic of orUnknown(sourcedMembers(trafficSets), UNKNOWN_TRAFFIC, site)) {
      const { hasProblems, rule } = combined(entry, { site, peer, traffic });
      if (rule === null) continue;
      if (!entry.hasUnknownKeys) certain.push(rule);
      if (!entry.isWhole || hasProblems) continue;
      const words = wordsOf(peer.named, traffic.named);
      rules.push({ rule, name, expiresAtMs: entry.expires ?? null, source, ...words });
    }
  }
  return { rules, certain };
}

/** One object for all rules of the same two words: an entry may stand for thousands. */
function sharedWords(): (
  network: NamedSet | null,
  service: NamedSet | null,
) => { readonly words?: RuleWords } {
  const known = new Map<NamedSet | null, Map<NamedSet | null, { readonly words: RuleWords }>>();
  return (network, service) => {
    if (network === null && service === null) return {};
    const ofNetwork = known.get(network) ?? new Map<NamedSet | null, { readonly words: RuleWords }>();
    known.set(network, ofNetwork);
    const words = ofNetwork.get(service) ?? { words: { network, service } };
    ofNetwork.set(service, words);
    return words;
  };
}

type Sets<T> = ReadonlyArray<Sourced<readonly T[]>>;

const sizeOf = (sets: Sets<unknown>): number => sets.reduce((sum, { value }) => sum + value.length, 0);

const sourcedMembers = <T>(sets: Sets<T>): Array<Sourced<T>> =>
  sets.flatMap(({ value, path, named }) => value.map((member) => ({ value: member, path, named })));

const UNKNOWN_TRAFFIC: KnownTraffic = { protocol: undefined, ports: undefined };

/** Where no member is known there is at least one of which nothing is known. */
const orUnknown = <T, U>(
  members: ReadonlyArray<Sourced<T>>,
  unknown: U,
  { path }: Site,
): ReadonlyArray<Sourced<T | U>> => (members.length > 0 ? members : [{ value: unknown, path, named: null }]);

interface Combination {
  readonly site: RuleSite;
  readonly peer: Sourced<Peer | undefined>;
  readonly traffic: Sourced<KnownTraffic>;
}

/**
 * Reports what is wrong with a combination. The rule is null unless everything is good that the cloud tells rules apart
 * by, which a description is not.
 */
function combined(
  entry: RuleEntry,
  place: Combination,
): { readonly hasProblems: boolean; readonly rule: Rule | null } {
  const fields = fieldsOf(entry, place);
  const report = (problems: readonly RuleProblem[]): void => {
    for (const problem of problems) place.site.context.reporter.error(pathOf(problem.field, place), problem);
  };
  const complete = completed(fields);
  if (complete === null) {
    report(ruleProblems(fields, 'desired'));
    return { hasProblems: true, rule: null };
  }
  const made = makeRule(complete, 'desired');
  if (made.ok) return { hasProblems: false, rule: made.value };
  report(made.error);
  const bare = makeRule({ ...complete, description: null }, 'desired');
  return { hasProblems: true, rule: bare.ok ? bare.value : null };
}

function fieldsOf(entry: RuleEntry, { site, peer, traffic }: Combination): KnownFields {
  const { sourcePorts, own, action, priority, nicType, description } = entry;
  return {
    direction: site.direction,
    ...traffic.value,
    sourcePorts: sourcePorts && canonicalSourcePorts(sourcePorts),
    peer: peer.value,
    own,
    action,
    priority,
    nicType,
    description,
  };
}

/** Null if a field is not known, but for the description. */
function completed({ description = null, ...fields }: KnownFields): Rule | null {
  const { direction, protocol, ports, sourcePorts, peer, own, action, priority, nicType } = fields;
  if (protocol === undefined || ports === undefined || sourcePorts === undefined) return null;
  if (peer === undefined || own === undefined || action === undefined) return null;
  if (priority === undefined || nicType === undefined) return null;
  return { direction, protocol, ports, sourcePorts, peer, own, action, priority, nicType, description };
}

function pathOf(field: RuleField, { site, peer, traffic }: Combination): Path {
  if (field === 'peer') return peer.path;
  if (field === 'ports') return traffic.path;
  return [...site.path, field === 'own' ? OWN_KEY[site.direction] : field];
}

/** The members that are known of each word. */
function peerSetsOf(entry: RuleEntry, { context, definitions, direction, path }: RuleSite): Sets<Peer> {
  return entry.peers.map((word, index) => {
    const wordPath = [...path, PEER_KEY[direction], index];
    if (word?.kind === 'peer') return { value: [word.peer], path: wordPath, named: null };
    const site = { context, path: wordPath };
    if (word === undefined) return { value: [], path: wordPath, named: null };
    return namedSet(word.name, definitions.network(word.name, site, 'rule'), wordPath);
  });
}

/** The vendor answers `InvalidParamter.Conflict` (sic). Members of one group meet by its inner access policy. */
function reportSelf(peerSets: Sets<Peer>, { context, groupId }: RuleSite): void {
  const message = 'a group cannot be the peer of its own rules';
  const hint = "use the group's inner access policy for traffic between its members, or name their addresses";
  for (const { value, path } of sourcedMembers(peerSets)) {
    if (value.kind !== 'group' || value.id !== groupId) continue;
    context.reporter.error(path, { code: 'peer-is-self', message, hint });
  }
}

/** The manual's unit is open: what is short in code points alone may be refused, and is quarantined then. */
function warnOfBytes({ description }: RuleEntry, { context, path }: RuleSite): void {
  if (typeof description !== 'string' || Array.from(description).length > MAX_DESCRIPTION_LENGTH) return;
  const bytes = new TextEncoder().encode(description).length;
  if (bytes <= MAX_DESCRIPTION_LENGTH) return;
  const message =
    `the description has ${bytes} bytes in UTF-8; the vendor takes ${MAX_DESCRIPTION_LENGTH} characters ` +
    'and does not say whether it counts bytes';
  const hint = `keep it within ${MAX_DESCRIPTION_LENGTH} bytes: a cloud that counts them refuses the rule, which is then quarantined`;
  context.reporter.warningAt(context.file.locate([...path, 'description'], 'value'), {
    code: 'description-bytes',
    message,
    hint,
  });
}

function reportTooMany(combinations: string, { context, path, room }: RuleSite): void {
  const message = `${combinations} are more than the ${room} rules left here`;
  const hint = 'use a prefix list, a port list, or wider prefixes';
  context.reporter.error(path, { code: 'too-many-rules', message, hint });
}

/** As far as it is known. Keys that exclude each other leave open which of them is meant. */
function trafficSetsOf(entry: RuleEntry, site: RuleSite): Sets<KnownTraffic> {
  const { portList, ports, services } = entry;
  if (services !== null) {
    const sets = serviceSetsOf(services, site);
    return entry.protocol === null && ports === null && portList === null ? sets : [];
  }
  const protocol = entry.protocol ?? undefined;
  if (portList !== null) {
    const isClear = portList !== undefined && ports === null;
    const list: Ports | undefined = isClear ? { kind: 'list', id: portList } : undefined;
    return [{ value: [{ protocol, ports: list }], path: [...site.path, 'portList'], named: null }];
  }
  if (ports === null) {
    const path = [...site.path, 'protocol'];
    return [{ value: [{ protocol, ports: portsLeftOut(entry) }], path, named: null }];
  }
  return ports.map((range, index) => ({
    value: [{ protocol, ports: range && { kind: 'range', ...range } }],
    path: [...site.path, 'ports', index],
    named: null,
  }));
}

/** A key that is misspelt may be the one of the ports. */
function portsLeftOut({ protocol, hasUnknownKeys }: RuleEntry): Ports | undefined {
  const mayBeThere = hasUnknownKeys && typeof protocol === 'string' && hasPorts(protocol);
  return mayBeThere ? undefined : NO_PORTS;
}

function serviceSetsOf(
  services: ReadonlyArray<string | undefined>,
  { context, definitions, path }: RuleSite,
): Sets<Traffic> {
  return services.map((name, index) => {
    const wordPath = [...path, 'services', index];
    if (name === undefined) return { value: [], path: wordPath, named: null };
    return namedSet(name, definitions.service(name, { context, path: wordPath }), wordPath);
  });
}

/** Null: what is wrong with the set has been reported. */
function namedSet<T>(name: string, members: readonly T[] | null, path: Path): Sourced<readonly T[]> {
  const value = members ?? [];
  return { value, path, named: { name, size: value.length } };
}
