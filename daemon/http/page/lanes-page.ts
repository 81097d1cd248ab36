// The lanes: how fast each operation may go in each account and region, and what waits there.
import { html } from 'hono/html';
import type { LaneStatus } from '../../queue/lanes.ts';
import type { DaemonView } from '../status.ts';
import { NO_HTML, wholePage, tableOf, type Html } from './layout.ts';

export function lanesPage({
  rampart,
  lanes,
  leases,
}: Pick<DaemonView, 'rampart' | 'lanes' | 'leases'>): Html {
  const main = html`<h1>Lanes</h1>
    ${tableOf('Lanes', COLUMNS, lanes)}
    <p class="calm">Calls a minute fall while the vendor throttles, and rise again by themselves.</p>
${leases === null ? NO_HTML : shardsPart(leases)}`;
  return wholePage({ title: 'Rampart: lanes', path: '/lanes', rampart, main });
}

type Leases = NonNullable<DaemonView['leases']>;

/** Which of several replicas looks after which part of the estate. */
function shardsPart({ replica, shards }: Leases): Html {
  return html`<h2>Shards</h2>
${tableOf('Shards', SHARD_COLUMNS, shards)}
<p class="calm">This replica is <code>${replica}</code>.</p>`;
}

type ShardRow = Leases['shards'][number];

const SHARD_COLUMNS = [
  { head: 'Shard', cell: ({ shard }: ShardRow) => html`<code>${shard}</code>` },
  {
    head: 'Looked after by',
    cell: ({ owner }: ShardRow) => owner ?? html`<span class="bad">no replica</span>`,
  },
  { head: 'Epoch', cell: ({ epoch }: ShardRow) => String(epoch) },
];

const COLUMNS = [
  { head: 'Operation', cell: ({ operation }: LaneStatus) => operation },
  { head: 'Account', cell: ({ account }: LaneStatus) => account },
  { head: 'Region', cell: ({ region }: LaneStatus) => region },
  {
    head: 'State',
    cell: ({ mode }: LaneStatus) => html`<span class="${mode === 'open' ? 'good' : 'bad'}">${mode}</span>`,
  },
  { head: 'Calls a minute', cell: ({ callsPerMinute }: LaneStatus) => String(callsPerMinute) },
  { head: 'Waiting', cell: ({ waiting }: LaneStatus) => String(waiting) },
  { head: 'Calls since the start', cell: ({ started }: LaneStatus) => String(started) },
];
