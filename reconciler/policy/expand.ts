// A rule as written -> the rules it stands for: every peer with every protocol and port.
import type { DesiredRule } from '../model/group.ts';
import type { Peer } from '../model/peer.ts';
import { canonicalSourcePorts, NO_PORTS } from '../model/ports.ts';
import { makeRule, type Direction, type Rule, type RuleField } from '../model/rule.ts';
import type { Definitions } from './definitions.ts';
import { OWN_KEY, PEER_KEY, type RuleEntry } from './document.ts';
import type { FileContext, Site } from './file-context.ts';
import type { Traffic } from './port-text.ts';
import type { Path } from './reporter.ts';

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
}

/** Goes with every protocol and every address family, as long as the network is a VPC. */
const SOME_PEER: Sourced<Peer> = { value: { kind: 'prefixList', id: 'pl-some' }, path: [] };

/** The rules of one entry; fewer, or none, if something was wrong with it and has been reported. */
export function expandRule(entry: RuleEntry, site: RuleSite): DesiredRule[] {
  const peerSets = peerSetsOf(entry, site);
  const trafficSets = trafficSetsOf(entry, site);
  const [peerCount, trafficCount] = [sizeOf(peerSets), sizeOf(trafficSets)];
  if (peerCount * trafficCount > site.room) {
    const message = `${peerCount} peers x ${trafficCount} ports are more than the ${site.room} rules left here`;
    const hint = 'use a prefix list, a port list, or wider prefixes';
    site.context.reporter.error(site.path, { code: 'too-many-rules', message, hint });
    return [];
  }
  const combine = combiner(entry, site);
  const traffics = membersOf(trafficSets);
  // Broken peers shall not hide what else is wrong.
  if (peerCount === 0 && entry.nicType === 'intranet')
    for (const traffic of traffics) combine(SOME_PEER, traffic);
  const source = site.context.file.locate(site.path, 'value');
  const rules: DesiredRule[] = [];
  for (const peer of membersOf(peerSets)) {
    for (const traffic of traffics) {
      const rule = combine(peer, traffic);
      if (rule === null) continue;
      rules.push({ rule, name: entry.name ?? null, expiresAtMs: entry.expires ?? null, source });
    }
  }
  return rules;
}

type Sets<T> = ReadonlyArray<Sourced<readonly T[]>>;

const sizeOf = (sets: Sets<unknown>): number => sets.reduce((sum, { value }) => sum + value.length, 0);

const membersOf = <T>(sets: Sets<T>): Array<Sourced<T>> =>
  sets.flatMap(({ value, path }) => value.map((member) => ({ value: member, path })));

function combiner(entry: RuleEntry, site: RuleSite) {
  const { action, priority, nicType } = entry;
  const sourcePorts = canonicalSourcePorts(entry.sourcePorts ?? null);
  const own = entry.own ?? null;
  const description = entry.description ?? null;
  return (peer: Sourced<Peer>, traffic: Sourced<Traffic>): Rule | null => {
    if (peer.value.kind === 'group' && peer.value.id === site.groupId) reportSelf(site.context, peer.path);
    const { protocol, ports } = traffic.value;
    const result = makeRule(
      {
        direction: site.direction,
        protocol,
        ports,
        sourcePorts,
        peer: peer.value,
        own,
        action,
        priority,
        nicType,
        description,
      },
      'desired',
    );
    if (result.ok) return result.value;
    for (const problem of result.error) {
      site.context.reporter.error(pathOf(problem.field, { site, peer, traffic }), problem);
    }
    return null;
  };
}

interface Combination {
  readonly site: RuleSite;
  readonly peer: Sourced<Peer>;
  readonly traffic: Sourced<Traffic>;
}

function pathOf(field: RuleField, { site, peer, traffic }: Combination): Path {
  if (field === 'peer') return peer.path;
  if (field === 'ports') return traffic.path;
  return [...site.path, field === 'own' ? OWN_KEY[site.direction] : field];
}

function peerSetsOf(entry: RuleEntry, { context, definitions, direction, path }: RuleSite): Sets<Peer> {
  return entry.peers.map((word, index) => {
    const wordPath = [...path, PEER_KEY[direction], index];
    if (word.kind === 'peer') return { value: [word.peer], path: wordPath };
    return { value: definitions.network(word.name, { context, path: wordPath }) ?? [], path: wordPath };
  });
}

/** The vendor answers `InvalidParamter.Conflict` (sic). Members of one group meet by its inner access policy. */
function reportSelf(context: FileContext, path: Path): void {
  const message = 'a group cannot be the peer of its own rules';
  const hint = "use the group's inner access policy for traffic between its members, or name their addresses";
  context.reporter.error(path, { code: 'peer-is-self', message, hint });
}

function trafficSetsOf(entry: RuleEntry, { context, definitions, path }: RuleSite): Sets<Traffic> {
  const { protocol, portList, ports, services = [] } = entry;
  if (protocol === undefined) {
    return services.map((name, index) => {
      const wordPath = [...path, 'services', index];
      return { value: definitions.service(name, { context, path: wordPath }) ?? [], path: wordPath };
    });
  }
  if (portList !== undefined) {
    return [{ value: [{ protocol, ports: { kind: 'list', id: portList } }], path: [...path, 'portList'] }];
  }
  if (ports === undefined) return [{ value: [{ protocol, ports: NO_PORTS }], path: [...path, 'protocol'] }];
  return ports.map((range, index) => ({
    value: [{ protocol, ports: { kind: 'range', ...range } }],
    path: [...path, 'ports', index],
  }));
}
