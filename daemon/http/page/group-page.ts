// One group: how it stands, what it lets in, its rules with the line that declares each, and what was done to it by whom.
import { html } from 'hono/html';
import { conditionsText } from '../../../reconciler/report/changes/traffic-words.ts';
import type { Rule } from '../../../reconciler/model/rule.ts';
import { describeRule } from '../../../reconciler/model/rule-text.ts';
import type { Openings } from '../../../reconciler/judge/opening.ts';
import { attributionText, type Attribution } from '../../journal/attribution.ts';
import type { GrantedApproval } from '../../journal/approvals.ts';
import type { HistoryEntry, Pause } from '../../journal/journal.ts';
import type { GroupOfDaemon } from '../status.ts';
import { commandList, commandsOf, stateBadge } from './group-state.ts';
import { NO_HTML, wholePage, tableOf, shortHash, shortTime, type Html } from './layout.ts';
import { pictureSvg, pictureText } from './picture-svg.ts';
import type { ReachPicture } from './reach-picture.ts';
import type { SeenRule } from './seen-group.ts';
import { exposureText, shortPeer, shortService } from './service-text.ts';

/** What the journal knows of a group. */
export interface PastOfGroup {
  /** Oldest first. */
  readonly calls: readonly HistoryEntry[];
  /** Those that are in force. */
  readonly approvals: readonly GrantedApproval[];
  readonly pauses: readonly Pause[];
  /** Plans of the last calls, the newest first. */
  readonly plans: readonly PastPlan[];
}

export interface PastPlan {
  readonly hash: string;
  /** Unix milliseconds of its last call. */
  readonly atMs: number;
  /** Kinds of packets, in words; null: the journal no longer has it. */
  readonly traffic: { readonly opened: readonly string[]; readonly closed: readonly string[] } | null;
}

interface GroupPage {
  readonly rampart: string;
  readonly group: GroupOfDaemon;
  readonly rules: readonly SeenRule[];
  readonly openings: Openings;
  readonly picture: ReachPicture;
  readonly past: PastOfGroup;
}

export function groupPage({ rampart, group, rules, openings, picture, past }: GroupPage): Html {
  const { account, region, id, revision, lastAttemptMs, lastConvergedMs } = group;
  const main = html`<h1><code>${id}</code></h1>
    <p>
      ${stateBadge(group.outcome)} in region ${region}, account ${account}, by revision
      <code>${revision}</code>; last looked at ${shortTime(lastAttemptMs)}, last converged
      ${shortTime(lastConvergedMs)}.
    </p>
    ${standingNote(group)}${past.pauses.map(
      ({ reason, untilMs }) => html`<p class="note">Paused until ${shortTime(untilMs)}: ${reason}</p>`,
    )}
    <h2>From the internet</h2>
    ${exposure(openings)}
    <h2>Who may reach which port</h2>
    ${drawn(picture)}
    <h2>Rules</h2>
    ${tableOf('Rules', RULE_COLUMNS, rules)}
    <p class="calm">
      As the group was last looked at; rules that <code>ignore</code> leaves alone are not shown.
    </p>
    <h2>Last plans</h2>
    ${tableOf('Last plans', PLAN_COLUMNS, past.plans)}
    <h2>Last calls</h2>
    ${tableOf('Last calls', CALL_COLUMNS, past.calls.toReversed())}
    <h2>Changed by others</h2>
    ${tableOf('Changed by others', DRIFT_COLUMNS, (group.attribution?.told ?? []).toReversed())}
    <h2>Approvals in force</h2>
    ${tableOf('Approvals in force', APPROVAL_COLUMNS, past.approvals)}`;
  return wholePage({ title: `Rampart: ${id}`, path: '/', rampart, main });
}

function standingNote(group: GroupOfDaemon): Html {
  if (group.reason === '') return NO_HTML;
  return html`<p class="note">${group.reason}${commandList(commandsOf(group))}</p>`;
}

function exposure({ opened, exact }: Openings): Html {
  if (opened.length === 0) return html`<p class="good">Nothing more than is tolerated gets in.</p>`;
  const services = opened.map((service) => html`<li class="bad">${exposureText(service)}</li>`);
  return html`<ul>
      ${services}
    </ul>
    ${exact ? NO_HTML : html`<p class="warn">At most these: it takes too long to say it exactly.</p>`}`;
}

function drawn(picture: ReachPicture): Html {
  if (picture.columns.length === 0) return html`<p class="calm">No rule lets anything in.</p>`;
  return html`<div class="wide" tabindex="0" role="region" aria-label="Picture of who may reach which port">
      ${pictureSvg(picture)}
    </div>
    <p class="calm">A full square: all of it gets in; a small one: a part; red: from the internet.</p>
    <details id="in-words">
      <summary>In words</summary>
      <p>${pictureText(picture)}</p>
    </details>`;
}

const RULE_COLUMNS = [
  { head: 'Direction', cell: ({ rule }: SeenRule) => (rule.direction === 'ingress' ? 'in' : 'out') },
  { head: 'Action', cell: ({ rule }: SeenRule) => rule.action },
  { head: 'Service', cell: ({ rule }: SeenRule) => shortService(rule.protocol, rule.ports) },
  { head: 'Peer', cell: ({ rule }: SeenRule) => html`<code>${shortPeer(rule.peer)}</code>${onlyText(rule)}` },
  { head: 'Priority', cell: ({ rule }: SeenRule) => String(rule.priority) },
  { head: 'Description', cell: ({ rule }: SeenRule) => rule.description ?? '' },
  { head: 'Declared at', cell: declaredAt },
  { head: 'In the cloud', cell: standingCell },
];

/** What else the rule asks for, such as an own side; priority and action have columns of their own. */
const onlyText = (rule: Rule): string => conditionsText({ ...rule, priority: 1, action: 'accept' });

function declaredAt({ declared, rule }: SeenRule): Html {
  if (declared === null) return html`<span class="calm" title="${describeRule(rule)}">nowhere</span>`;
  const { file, line } = declared.source;
  const ends = declared.expiresAtMs;
  const name = declared.name === null ? '' : ` ${declared.name}`;
  return html`<code>${file}:${line}</code>${name}${ends === null ? '' : `, until ${shortTime(ends)}`}`;
}

function standingCell({ standing: each }: SeenRule): Html {
  const name = each === 'as declared' ? 'good' : each === 'not seen' ? 'calm' : 'bad';
  return html`<span class="${name}">${each}</span>`;
}

const CALL_COLUMNS = [
  { head: 'At', cell: ({ closedAtMs }: HistoryEntry) => shortTime(closedAtMs) },
  { head: 'Operation', cell: ({ operation }: HistoryEntry) => operation },
  {
    head: 'Result',
    cell: ({ result, code }: HistoryEntry) => (code === null ? result : `${result} (${code})`),
  },
  { head: 'Revision', cell: ({ revision }: HistoryEntry) => html`<code>${shortHash(revision)}</code>` },
  {
    head: 'Plan',
    cell: ({ planHash, step }: HistoryEntry) => html`<code>${shortHash(planHash)}</code>, step ${step}`,
  },
  { head: 'Request', cell: ({ requestId }: HistoryEntry) => html`<code>${requestId ?? ''}</code>` },
];

const PLAN_COLUMNS = [
  { head: 'At', cell: ({ atMs }: PastPlan) => shortTime(atMs) },
  { head: 'Plan', cell: ({ hash }: PastPlan) => html`<code>${shortHash(hash)}</code>` },
  { head: 'Opened', cell: ({ traffic }: PastPlan) => kindsText(traffic?.opened ?? null) },
  { head: 'Closed', cell: ({ traffic }: PastPlan) => kindsText(traffic?.closed ?? null) },
];

const MOST_IN_LINE = 4;

function kindsText(kinds: readonly string[] | null): string {
  if (kinds === null) return 'no longer kept';
  const more = kinds.length - MOST_IN_LINE;
  return [...kinds.slice(0, MOST_IN_LINE), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

const DRIFT_COLUMNS = [
  { head: 'Found', cell: ({ foundMs }: Attribution) => shortTime(foundMs) },
  { head: 'Who', cell: (told: Attribution) => attributionText(told) },
];

const APPROVAL_COLUMNS = [
  { head: 'Given', cell: ({ atMs }: GrantedApproval) => shortTime(atMs) },
  { head: 'Until', cell: ({ untilMs }: GrantedApproval) => shortTime(untilMs) },
  { head: 'By', cell: ({ by }: GrantedApproval) => by },
  { head: 'Why', cell: ({ reason }: GrantedApproval) => reason },
  { head: 'Plan', cell: ({ planHash }: GrantedApproval) => html`<code>${shortHash(planHash)}</code>` },
];
