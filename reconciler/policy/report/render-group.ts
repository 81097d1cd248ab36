// A live group as the text of a policy file: the way back from rules to the words of the policy language.
// Whether a policy can say all of it is for the compiler to judge, which reads the text again.
import { Document, visit, type Node, type Scalar } from 'yaml';
import type { DescribedGroup } from '../../model/group.ts';
import { formatPeer, type Peer } from '../../model/peer.ts';
import { formatPrefix } from '../../model/prefix.ts';
import { parsePolicyProtocol } from '../../model/protocol.ts';
import type { Direction, Rule } from '../../model/rule.ts';
import { describeRule } from '../../model/rule-text.ts';
import { OWN_KEY, PEER_KEY } from '../schema/side-keys.ts';
import { entriesOfRules, portWord, type PolicyEntry } from './group-entries.ts';
import { NO_NAMES, prefixesKey, trafficKey, type SharedNames } from './shared-names.ts';

export interface RenderOptions {
  /** Used where they fit. */
  readonly names?: SharedNames;
  /** Rules that no policy can say: each becomes a comment, and an `ignore` of its shape. */
  readonly unsayable?: readonly UnsayableRule[];
}

export interface UnsayableRule {
  readonly rule: Rule;
  /** One line. */
  readonly why: string;
}

/** Both directions are written, an empty one as `[]`: from then on the file says all of the group. */
export function renderGroup(
  { id, region, account, name, rules }: DescribedGroup,
  { names = NO_NAMES, unsayable = [] }: RenderOptions = {},
): string {
  const document = new Document();
  // One document makes all nodes: to make a document takes longer than to write its rule.
  const flowNode: MakeNode = (mapping) => document.createNode(mapping, { flow: true });
  const left = new Set(unsayable.map(({ rule }) => rule));
  const said = rules.map(({ rule }) => rule).filter((rule) => !left.has(rule));
  const entries = (direction: Direction): YamlMapping[] =>
    entriesOfRules(said.filter((rule) => rule.direction === direction)).map((entry) => entryOf(entry, names));
  const ignore = unsayable.map((each) => ignoreNode(each, flowNode));
  document.contents = document.createNode({
    version: 1,
    groups: [
      {
        id,
        region,
        ...(account === 'default' ? {} : { account }),
        ...(ignore.length === 0 ? {} : { ignore }),
        ingress: entries('ingress').map(flowNode),
        egress: entries('egress').map(flowNode),
      },
    ],
  });
  document.commentBefore = ` ${JSON.stringify(name)}, as \`rampart import\` found it.`;
  visit(document, { Scalar: (_, node) => quoteUnlessPlain(node) });
  return withoutInvisibles(document.toString({ lineWidth: 0, flowCollectionPadding: false }));
}

type YamlMapping = Readonly<Record<string, unknown>>;

type MakeNode = (mapping: YamlMapping) => Node;

function ignoreNode({ rule, why }: UnsayableRule, flowNode: MakeNode): Node {
  const { direction, protocol, ports, peer, action, priority, description } = rule;
  const named = parsePolicyProtocol(protocol);
  const node = flowNode({
    direction,
    ...(named === null ? {} : { protocol: named }),
    ...(named !== null && ports.kind === 'range' ? { ports: portWord(ports) } : {}),
    peer: peerWord(peer),
    action,
    priority,
    ...(description === null || description.includes('*') ? {} : { description }),
  });
  node.commentBefore = ` A policy cannot say ${describeRule(rule)}: ${why}`;
  return node;
}

function entryOf({ rule, peers }: PolicyEntry, names: SharedNames): YamlMapping {
  const { direction, sourcePorts, own, action, priority, nicType, description } = rule;
  return {
    ...trafficWords(rule, names),
    [PEER_KEY[direction]]: peersWord(peers, names),
    ...(own === null ? {} : { [OWN_KEY[direction]]: formatPrefix(own) }),
    ...(sourcePorts === null ? {} : { sourcePorts: portWord(sourcePorts) }),
    ...(action === 'accept' ? {} : { action }),
    ...(priority === 1 ? {} : { priority }),
    ...(nicType === 'intranet' ? {} : { nicType }),
    ...(description === null ? {} : { description }),
  };
}

function trafficWords(rule: Rule, { services }: SharedNames): YamlMapping {
  const { protocol, ports } = rule;
  const service = services.get(trafficKey(rule) ?? '');
  if (service !== undefined) return { services: service };
  return {
    protocol,
    ...(ports.kind === 'range' ? { ports: portWord(ports) } : {}),
    ...(ports.kind === 'list' ? { portList: ports.id } : {}),
  };
}

function peersWord(peers: readonly Peer[], { networks }: SharedNames): unknown {
  const [first] = peers;
  const written = peers.length === 1 && first !== undefined ? peerWord(first) : peers.map(peerWord);
  return networks.get(prefixesKey(peers) ?? '')?.name ?? written;
}

const peerWord = (peer: Peer): string | YamlMapping =>
  peer.kind === 'group' && peer.ownerId !== null
    ? { group: peer.id, ownerId: peer.ownerId }
    : formatPeer(peer);

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
