// The picture of a group: who may reach which port. Its rows are the internet and every peer that a rule names, its columns
// every service that a rule names; a cell says whether all, a part or none of those packets get in.
import {
  reachOf,
  type Reach,
  type ReachPeer,
  type ReachService,
} from '../../../reconciler/exposure/ask/reach.ts';
import { groupBy } from '../../../reconciler/model/collections.ts';
import { INTERNET } from '../../../reconciler/model/packets/internet.ts';
import { compareText } from '../../../reconciler/model/problem.ts';
import { formatPeer } from '../../../reconciler/model/peer.ts';
import { compareRules, type Rule } from '../../../reconciler/model/rule.ts';
import { contextOf, rulesInCloud, seenRules, type SeenRule } from './seen-group.ts';
import { shortPeer, shortService } from './service-text.ts';
import type { KnownGroup } from '../../schedule/group-record.ts';

export interface PictureRow {
  readonly label: string;
  readonly isInternet: boolean;
  readonly peer: ReachPeer;
  readonly cells: readonly Reach[];
}

export interface PictureColumn {
  readonly label: string;
  readonly service: ReachService;
}

export interface ReachPicture {
  readonly columns: readonly PictureColumn[];
  readonly rows: readonly PictureRow[];
}

/** Of the ways in alone: what a group may reach is for the table. `nowMs`: Unix milliseconds. */
export function reachPicture(group: KnownGroup, nowMs: number): ReachPicture {
  const seen = seenRules(group, nowMs).filter(({ rule }) => isWayIn(rule));
  const rules = rulesInCloud(seen);
  const columns = pictureColumns(seen.map(({ rule }) => rule));
  const rows = [...internetRows(rules), ...peerRows(seen)];
  const cells = reachOf({
    direction: 'ingress',
    rules,
    context: contextOf(group),
    peers: rows.map(({ peer }) => peer),
    services: columns.map(({ service }) => service),
  });
  return { columns, rows: rows.map((row, at) => ({ ...row, cells: cells[at] ?? [] })) };
}

const isWayIn = ({ direction, nicType }: Rule): boolean => direction === 'ingress' && nicType === 'intranet';

function pictureColumns(rules: readonly Rule[]): PictureColumn[] {
  const columns = [...rules].sort(compareRules).map(({ protocol, ports }) => ({
    label: shortService(protocol, ports),
    service: { protocol, ports },
  }));
  return [...new Map(columns.map((column) => [column.label, column])).values()];
}

type RowHead = Omit<PictureRow, 'cells'>;

/** IPv6 has a row of its own where a rule is about it. */
function internetRows(rules: readonly Rule[]): RowHead[] {
  const rowOf = (family: 'ipv4' | 'ipv6', label: string): RowHead => ({
    label,
    isInternet: true,
    peer: { kind: 'addresses', prefixes: INTERNET[family] },
  });
  const hasIpv6 = rules.some(({ peer }) => peer.kind === 'ipv6');
  return [rowOf('ipv4', 'internet'), ...(hasIpv6 ? [rowOf('ipv6', 'internet (IPv6)')] : [])];
}

function peerRows(seen: readonly SeenRule[]): RowHead[] {
  const byPeer = groupBy(seen, ({ rule }) => formatPeer(rule.peer));
  return [...byPeer.values()]
    .flatMap((alike) => {
      const [first] = alike;
      return first === undefined ? [] : [{ ...peerRow(first.rule), label: labelOf(first.rule, alike) }];
    })
    .sort((one, other) => compareText(one.label, other.label));
}

const peerRow = ({ peer }: Rule): Omit<RowHead, 'label'> => ({
  isInternet: false,
  peer:
    'address' in peer
      ? { kind: 'addresses', prefixes: [peer] }
      : { kind: 'members', id: peer.id, family: 'ipv4' },
});

/** With the names that policies have for it. */
function labelOf({ peer }: Rule, alike: readonly SeenRule[]): string {
  const names = [...new Set(alike.flatMap(({ declared }) => declared?.words?.network?.name ?? []))];
  return names.length === 0 ? shortPeer(peer) : `${names.sort(compareText).join(', ')}: ${shortPeer(peer)}`;
}
