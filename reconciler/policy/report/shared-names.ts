// What live groups have in common, as networks and services that their policy files name: a change of one is then one line.
import { Document, type Scalar, visit } from 'yaml';
import type { DescribedGroup } from '../../model/group.ts';
import { formatPeer, type Peer } from '../../model/peer.ts';
import type { Rule } from '../../model/rule.ts';
import { entriesOfRules, portWord } from './group-entries.ts';

/** So many entries make a name worth having. */
const MIN_USES = 3;
/** They have names of their own, or need none. */
const EACH_ADDRESS: ReadonlySet<string> = new Set(['0.0.0.0/0', '::/0']);

export interface SharedNames {
  /** By the prefixes, as `prefixesKey` writes them. */
  readonly networks: ReadonlyMap<string, { readonly name: string; readonly prefixes: readonly string[] }>;
  /** By `PROTOCOL/PORTS`. */
  readonly services: ReadonlyMap<string, string>;
}

export const NO_NAMES: SharedNames = { networks: new Map(), services: new Map() };

/** Counts what groups have in common, one after the other: of each only the counts are kept. */
export class SharedNameUses {
  readonly #networks = new Map<string, number>();
  readonly #services = new Map<string, number>();

  add({ rules }: Pick<DescribedGroup, 'rules'>): void {
    for (const { rule, peers } of entriesOfRules(rules.map((described) => described.rule))) {
      countUse(this.#networks, prefixesKey(peers));
      countUse(this.#services, trafficKey(rule));
    }
  }

  /** Names for the sets of prefixes and the ports that at least three entries of the groups have. */
  shared(): SharedNames {
    const sets = oftenUsed(this.#networks)
      .map((key) => key.split(' '))
      .sort(compareSets);
    const several = new Map(sets.filter(({ length }) => length > 1).map((set, at) => [set, at + 1]));
    return {
      networks: new Map(
        sets.map((prefixes) => {
          const [first = ''] = prefixes;
          const name =
            prefixes.length === 1
              ? `net-${first.replaceAll(/[^\w.]+/g, '-')}`
              : `nets-${several.get(prefixes) ?? 0}`;
          return [prefixes.join(' '), { name, prefixes }];
        }),
      ),
      services: new Map(
        oftenUsed(this.#services)
          .sort()
          .map((key) => [key, key.replace('/', '-')]),
      ),
    };
  }
}

function countUse(uses: Map<string, number>, key: string | null): void {
  if (key !== null) uses.set(key, (uses.get(key) ?? 0) + 1);
}

const oftenUsed = (uses: ReadonlyMap<string, number>): string[] =>
  [...uses].filter(([, n]) => n >= MIN_USES).map(([key]) => key);

const NAME_WORDS = /[\w.-]+/g;

/** Those of the names that stand in this text; perhaps some more. */
export function sharedNamesIn(text: string, { networks, services }: SharedNames): SharedNames {
  const words = new Set(text.match(NAME_WORDS));
  return {
    networks: new Map([...networks].filter(([, { name }]) => words.has(name))),
    services: new Map([...services].filter(([, name]) => words.has(name))),
  };
}

/** Null: not all of them are prefixes, or it is just everywhere. */
export function prefixesKey(peers: readonly Peer[]): string | null {
  const texts = peers.map(formatPeer).sort();
  const isNamed =
    peers.every(({ kind }) => kind === 'ipv4' || kind === 'ipv6') &&
    !texts.some((each) => EACH_ADDRESS.has(each));
  return isNamed ? texts.join(' ') : null;
}

/** Null: a policy names such ports by protocol and ports alone. */
export const trafficKey = ({ protocol, ports }: Rule): string | null =>
  ports.kind === 'range' ? `${protocol}/${portWord(ports)}` : null;

/** The policy file that declares them; null: there are none. */
export function renderNames({ networks, services }: SharedNames): string | null {
  if (networks.size + services.size === 0) return null;
  const document = new Document({
    version: 1,
    ...(networks.size === 0
      ? {}
      : {
          networks: Object.fromEntries([...networks.values()].map(({ name, prefixes }) => [name, prefixes])),
        }),
    ...(services.size === 0
      ? {}
      : { services: Object.fromEntries([...services].map(([key, name]) => [name, key])) }),
  });
  document.commentBefore =
    ' What at least three imported rules have in common. Rename it to what it is, here and where it is used.';
  visit(document, {
    Scalar: (_, node: Scalar) => {
      if (typeof node.value === 'string' && !/^[\w./-]+$/.test(node.value)) node.type = 'QUOTE_DOUBLE';
    },
    Seq: (_, node) => {
      node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

const compareSets = (a: readonly string[], b: readonly string[]): number =>
  a.join(' ') < b.join(' ') ? -1 : 1;
