// How the state of a group looks on the pages, and which state a person wants to see first.
import { html } from 'hono/html';
import type { GroupOfDaemon } from '../status.ts';
import type { Html } from './layout.ts';

type StateOfGroup = GroupOfDaemon['outcome'];

/** What needs a person comes first. */
export const STATES: readonly StateOfGroup[] = [
  'blocked',
  'not-converged',
  'quarantined',
  'observed',
  'pending',
  'not-tried',
  'aborted',
  'converged',
];

export function stateBadge(state: StateOfGroup): Html {
  return html`<span class="${classOf(state)}">${state}</span>`;
}

function classOf(state: StateOfGroup): string {
  switch (state) {
    case 'converged':
      return 'good';
    case 'observed':
      return 'warn';
    case 'not-tried':
    case 'pending':
    case 'aborted':
      return 'calm';
    case 'blocked':
    case 'quarantined':
    case 'not-converged':
      return 'bad';
  }
}

export const groupPath = ({
  account,
  region,
  id,
}: Pick<GroupOfDaemon, 'account' | 'region' | 'id'>): string =>
  `/groups/${[account, region, id].map(encodeURIComponent).join('/')}`;

/** The commands that free what waits, each once. */
export const commandsOf = ({ blockedBy }: GroupOfDaemon): readonly string[] =>
  [...new Set(blockedBy.map(({ override }) => override))].filter((command) => command !== '');

export function commandList(commands: readonly string[]): Html {
  return html`${commands.map((command) => html`<br /><code>${command}</code>`)}`;
}
