// All groups on one page: how many are in which state, and of those that are looked for a hundred at a time, what needs a
// person first.
import { html, raw } from 'hono/html';
import { groupBy } from '../../../reconciler/model/collections.ts';
import { counted } from '../../../reconciler/model/counted.ts';
import { hookLines } from '../hooks/hook-lines.ts';
import { commitLine } from '../../../reconciler/report/commit.ts';
import { attributionText } from '../../journal/attribution.ts';
import type { PoliciesStatus } from '../../schedule/policies/policy-loop-parts.ts';
import type { ListedStanding } from '../../schedule/groups/group-tally.ts';
import type { DaemonView, GroupOfDaemon } from '../status.ts';
import { commandList, commandsOf, groupPath, STATES, stateBadge } from './group-state.ts';
import { NO_HTML, wholePage, tableOf, shortTime, type Html } from './layout.ts';

export const GROUPS_ON_PAGE = 100;

/** What is looked for, as the address of the page says it. */
export interface EstateQuery {
  /** Part of an id, account or region; empty: any. */
  readonly text: string;
  /** Empty: any. */
  readonly state: string;
  /** From 1. */
  readonly page: number;
}

/** The groups that are looked for, what needs a person first. */
export function groupsFound(
  listed: readonly ListedStanding[],
  { text, state }: EstateQuery,
): readonly ListedStanding[] {
  const wanted = text.toLowerCase();
  const isFound = ({ account, region, id, outcome }: ListedStanding): boolean =>
    (state === '' || outcome === state) &&
    (wanted === '' || `${account}/${region}/${id}`.toLowerCase().includes(wanted));
  const byState = groupBy(listed.filter(isFound), ({ outcome }) => outcome);
  return STATES.flatMap((each) => byState.get(each) ?? []);
}

/** Of those the ones on the page, which is the last one if there are not so many. */
export function onPage(found: readonly ListedStanding[], { page }: EstateQuery): readonly ListedStanding[] {
  const pages = Math.max(1, Math.ceil(found.length / GROUPS_ON_PAGE));
  const start = (Math.min(page, pages) - 1) * GROUPS_ON_PAGE;
  return found.slice(start, start + GROUPS_ON_PAGE);
}

interface EstatePage {
  readonly view: DaemonView;
  readonly query: EstateQuery;
  /** How many are looked for. */
  readonly found: number;
  /** Those of them that are on the page. */
  readonly shown: readonly GroupOfDaemon[];
  /** What the internet reaches of a group on the page, in words; empty: nothing. */
  readonly exposureOf: (group: GroupOfDaemon) => string;
}

export function estatePage({ view, query, found, shown, exposureOf }: EstatePage): Html {
  const { counts } = view.groups;
  const all = [...counts.values()].reduce((sum, each) => sum + each, 0);
  const count = `${counts.get('converged') ?? 0} of ${all} groups converged`;
  const main = html`<h1>${count}</h1>
    ${aboutDaemon(view)} ${stateLinks(counts, all, query)} ${tableOf('Groups', groupColumns(exposureOf), shown)}
    ${pageLinks(found, query)}`;
  return wholePage({
    title: `Rampart: ${count}`,
    path: '/',
    rampart: view.rampart,
    tools: searchForm(query),
    main,
  });
}

const searchForm = ({ text, state }: EstateQuery): Html =>
  html`<form role="search" action="/" method="get">
    <label for="q">Group, region or account</label>
    <input id="q" name="q" type="search" value="${text}" />
    ${state === '' ? NO_HTML : html`<input type="hidden" name="state" value="${state}" />`}
    <button>Search</button>
  </form>`;

function linkAddress({ text, state, page }: EstateQuery): string {
  const given = new URLSearchParams({
    ...(text === '' ? {} : { q: text }),
    ...(state === '' ? {} : { state }),
    ...(page === 1 ? {} : { page: String(page) }),
  });
  return given.size === 0 ? '/' : `/?${given.toString()}`;
}

function stateLinks(counts: DaemonView['groups']['counts'], all: number, query: EstateQuery): Html {
  const linkOf = (state: string, count: number): Html => {
    const current = query.state === state ? raw(' aria-current="true"') : '';
    return html`<li>
      <a href="${linkAddress({ ...query, state, page: 1 })}" ${current}>${state === '' ? 'all' : state}</a>
      ${count}
    </li>`;
  };
  return html`<ul class="states">
    ${linkOf('', all)}${STATES.map((state) => [state, counts.get(state) ?? 0] as const)
      .filter(([, count]) => count > 0)
      .map(([state, count]) => linkOf(state, count))}
  </ul>`;
}

function pageLinks(found: number, query: EstateQuery): Html {
  const pages = Math.ceil(found / GROUPS_ON_PAGE);
  if (pages <= 1) return NO_HTML;
  const page = Math.min(query.page, pages);
  const linkTo = (to: number, text: string): Html =>
    to < 1 || to > pages ? NO_HTML : html`<a href="${linkAddress({ ...query, page: to })}">${text}</a> `;
  return html`<nav aria-label="Pages of groups">
    ${linkTo(page - 1, 'Previous')}<span>page ${page} of ${pages}</span>${linkTo(page + 1, 'Next')}
  </nav>`;
}

const groupColumns = (exposureOf: EstatePage['exposureOf']) => [
  {
    head: 'Group',
    cell: (group: GroupOfDaemon) => html`<a href="${groupPath(group)}"><code>${group.id}</code></a>`,
  },
  { head: 'Region', cell: ({ region }: GroupOfDaemon) => region },
  { head: 'Account', cell: ({ account }: GroupOfDaemon) => account },
  { head: 'State', cell: ({ outcome }: GroupOfDaemon) => stateBadge(outcome) },
  {
    head: 'From the internet',
    cell: (group: GroupOfDaemon) => {
      const text = exposureOf(group);
      return text === '' ? NO_HTML : html`<span class="bad">${text}</span>`;
    },
  },
  { head: 'Reason', cell: reasonOf },
  { head: 'Last converged', cell: ({ lastConvergedMs }: GroupOfDaemon) => shortTime(lastConvergedMs) },
];

function reasonOf(group: GroupOfDaemon): Html {
  const last = group.attribution?.told.at(-1);
  const writer = last === undefined ? NO_HTML : html`<br />last drift: ${attributionText(last)}`;
  const asking =
    group.attribution?.isAsking === true ? html`<br />drift: ActionTrail is asked who made it` : NO_HTML;
  return html`${group.reason}${commandList(commandsOf(group))}${writer}${asking}`;
}

/** The daemon itself, and whatever keeps the newest policies from being in force. */
function aboutDaemon(view: DaemonView): Html {
  const { ready, startedAt, policies, config, hooks } = view;
  const state = ready ? html`<span class="good">Ready</span>` : html`<span class="bad">Not ready yet</span>`;
  const brake = config.brake === 'off' ? html`, <span class="bad">brake off</span>` : NO_HTML;
  const accounts = config.accounts.map(
    ({ name, endpoint }, at) => html`${at === 0 ? '' : ', '}${name} at <code>${endpoint}</code>`,
  );
  return html`<p>
      ${state}, mode <b>${config.mode}</b>${brake}; policies of revision
      <code>${policies.revision ?? 'none'}</code>.
    </p>
    ${policies.commit === null ? NO_HTML : html`<p>Commit ${commitLine(policies.commit)}</p>`}
    ${troubles(view).map((text) => html`<p class="note">${text}</p>`)}
    <details id="about">
      <summary>About this daemon</summary>
      <p>
        Running since ${startedAt}; config <code>${config.file}</code>; accounts ${accounts}; journal
        <code>${config.journal}</code>.
      </p>
      ${hooks === null ? NO_HTML : hookLines(hooks).map((text) => html`<p class="calm">${text}.</p>`)}
    </details>`;
}

function troubles({ policies: { problems, held, remote, notes } }: DaemonView): Array<Html | string> {
  return [
    ...(problems === 0
      ? []
      : [`The newest policies have ${counted(problems, 'problem')} and are not in force.`]),
    ...(held === null ? [] : [heldNote(held)]),
    ...(remote === null ? [] : unreachableNote(remote)),
    ...notes,
  ];
}

function heldNote({ revision, message, override }: NonNullable<PoliciesStatus['held']>): Html {
  const goOn = override === '' ? NO_HTML : html` To let it go on: <code>${override}</code>`;
  return html`Revision <code>${revision}</code> is held: ${message}.${goOn}`;
}

function unreachableNote({ url, error, answeredAtMs }: NonNullable<PoliciesStatus['remote']>): Html[] {
  if (error === null) return [];
  const last = answeredAtMs === null ? 'not since the start' : shortTime(answeredAtMs);
  return [html`Nothing can be fetched from <code>${url}</code> (last: ${last}): ${error}`];
}
