// The lanes: how fast each operation may go in each account and region, and what waits there.
import { html } from 'hono/html';
import type { LaneStatus } from '../../queue/lanes.ts';
import type { DaemonView } from '../status.ts';
import { wholePage, tableOf, type Html } from './layout.ts';

export function lanesPage({ rampart, lanes }: Pick<DaemonView, 'rampart' | 'lanes'>): Html {
  const main = html`<h1>Lanes</h1>
    ${tableOf('Lanes', COLUMNS, lanes)}
    <p class="calm">Calls a minute fall while the vendor throttles, and rise again by themselves.</p>`;
  return wholePage({ title: 'Rampart: lanes', path: '/lanes', rampart, main });
}

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
