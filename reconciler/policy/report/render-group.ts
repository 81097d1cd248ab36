// A live group as the text of a policy file: the way back from rules to the words of the policy language.
// Whether a policy can say all of it is for the compiler to judge, which reads the text again.
import { Document, visit, type Scalar } from 'yaml';
import type { DescribedGroup, DescribedRule } from '../../model/group.ts';
import { formatPeer, type Peer } from '../../model/peer.ts';
import { ALL_PORTS, type PortRange } from '../../model/ports.ts';
import { formatPrefix } from '../../model/prefix.ts';
import { compareRules, type Direction, type Rule } from '../../model/rule.ts';
import { OWN_KEY, PEER_KEY } from '../schema/side-keys.ts';

/** Both directions are written, an empty one as `[]`: from then on the file says all of the group. */
export function renderGroup({ id, region, account, name, rules }: DescribedGroup): string {
  const document = new Document({
    version: 1,
    groups: [
      {
        id,
        region,
        ...(account === 'default' ? {} : { account }),
        ingress: entriesOf(rules, 'ingress').map(flowNode),
        egress: entriesOf(rules, 'egress').map(flowNode),
      },
    ],
  });
  document.commentBefore = ` ${JSON.stringify(name)}, as \`rampart import\` found it.`;
  visit(document, { Scalar: (_, node) => quoteUnlessPlain(node) });
  return withoutInvisibles(document.toString({ lineWidth: 0, flowCollectionPadding: false }));
}

type YamlMapping = Readonly<Record<string, unknown>>;

/** Rules that differ in their peers only become one entry with a list of peers. */
function entriesOf(described: readonly DescribedRule[], direction: Direction): YamlMapping[] {
  const peersOf = new Map<string, { readonly rule: Rule; readonly peers: Peer[] }>();
  const rules = described.map(({ rule }) => rule).filter((rule) => rule.direction === direction);
  for (const rule of rules.sort(compareRules)) {
    const key = JSON.stringify(entryOf(rule, []));
    const entry = peersOf.get(key) ?? { rule, peers: [] };
    entry.peers.push(rule.peer);
    peersOf.set(key, entry);
  }
  return [...peersOf.values()].map(({ rule, peers }) => entryOf(rule, peers));
}

function entryOf(rule: Rule, peers: readonly Peer[]): YamlMapping {
  const { direction, protocol, ports, sourcePorts, own, action, priority, nicType, description } = rule;
  const [first] = peers;
  return {
    protocol,
    ...(ports.kind === 'range' ? { ports: portWord(ports) } : {}),
    ...(ports.kind === 'list' ? { portList: ports.id } : {}),
    [PEER_KEY[direction]]: peers.length === 1 && first !== undefined ? peerWord(first) : peers.map(peerWord),
    ...(own === null ? {} : { [OWN_KEY[direction]]: formatPrefix(own) }),
    ...(sourcePorts === null ? {} : { sourcePorts: portWord(sourcePorts) }),
    ...(action === 'accept' ? {} : { action }),
    ...(priority === 1 ? {} : { priority }),
    ...(nicType === 'intranet' ? {} : { nicType }),
    ...(description === null ? {} : { description }),
  };
}

function portWord({ first, last }: PortRange): number | string {
  if (first === last) return first;
  return first === ALL_PORTS.first && last === ALL_PORTS.last ? 'all' : `${first}-${last}`;
}

const peerWord = (peer: Peer): string | YamlMapping =>
  peer.kind === 'group' && peer.ownerId !== null
    ? { group: peer.id, ownerId: peer.ownerId }
    : formatPeer(peer);

const flowNode = (mapping: YamlMapping) => new Document().createNode(mapping, { flow: true });

/** Whatever else it is (an IPv6 address, a text of a stranger) stands in quotes, controls escaped. */
function quoteUnlessPlain(node: Scalar): void {
  if (typeof node.value === 'string' && !/^[\w./-]+$/.test(node.value)) node.type = 'QUOTE_DOUBLE';
}

/** Such characters only stand in quotes and in the comment, and a reviewer shall see them. */
function withoutInvisibles(text: string): string {
  return text.replace(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
}
