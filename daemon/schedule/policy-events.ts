// What is said of the policies: loaded, rejected, a selector that means no group, a rule whose time is up.
import { printable } from '../../reconciler/policy/report/printable.ts';
import { groupSelectorText } from '../../reconciler/model/group.ts';
import type { CommitFacts } from '../../reconciler/report/commit.ts';
import type { Problem } from '../../reconciler/model/problem.ts';
import { describeRule } from '../../reconciler/model/rule-text.ts';
import type { Engine } from '../reconcile/engine.ts';
import type { DesiredUpdate } from '../source/desired.ts';
import type { LoadedPolicies } from '../source/source.ts';
import type { RulesWithEnds } from './policies/expiries.ts';
import type { UnresolvedSelector } from './selectors.ts';
import { HOUR_MS } from '../clock.ts';

const DETAILS_IN_EVENTS = 20;

/** Answers whether there is something that keeps the newest policies from coming into force. */
export function reportProblems(
  { telemetry }: Pick<Engine, 'telemetry'>,
  update: Pick<DesiredUpdate, 'state' | 'problems' | 'keptGroups'>,
): boolean {
  const errors = update.problems.filter((problem) => problem.severity === 'error');
  if (errors.length === 0) return false;
  const codes = [...new Set(errors.map(({ code }) => code))];
  const [code = ''] = codes;
  telemetry.emit('policies.rejected', {
    revision: update.state.revision,
    ...(codes.length === 1 ? { code } : {}),
    problems: errors.length,
    codes,
    details: errors.slice(0, DETAILS_IN_EVENTS).map(problemLine),
    keptGroups: update.keptGroups.length,
  });
  return true;
}

/** Whoever may write a policy must not be able to rewrite a terminal that shows the log. */
const problemLine = ({ file, line, column, message, hint }: Problem): string =>
  printable(`${file}:${line}:${column}: ${message}${hint === '' ? '' : ` (${hint})`}`);

export function reportLoaded(
  engine: Engine,
  update: DesiredUpdate & { readonly weakened: readonly string[] },
  loaded: LoadedPolicies,
): void {
  const { groups, revision } = update.state;
  const rules = groups.reduce(
    (sum, group) => sum + (group.rules.ingress?.length ?? 0) + (group.rules.egress?.length ?? 0),
    0,
  );
  engine.telemetry.emit('policies.loaded', {
    revision,
    files: loaded.files.length,
    groups: groups.length,
    rules,
    ...update.cost,
    ...(loaded.commit === null ? {} : { commit: loaded.commit, dirty: loaded.dirty }),
    ...(loaded.facts === null ? {} : commitFields(loaded.facts)),
    ...(loaded.warnings.length === 0 ? {} : { warnings: loaded.warnings.map(warningText) }),
    ...(update.releasedGroups.length === 0
      ? {}
      : { released: update.releasedGroups.map(({ selector }) => groupSelectorText(selector)) }),
    ...(update.weakened.length === 0 ? {} : { weakened: update.weakened.slice(0, DETAILS_IN_EVENTS) }),
  });
}

/** In one sentence. */
export const warningText = ({ message, hint }: Problem): string =>
  `${message}${hint === '' ? '' : ` (${hint})`}`;

function commitFields({ author, committer, subject, signers, tag }: CommitFacts) {
  const signed = signers.length === 0 ? {} : { signers };
  return { author, committer, subject, ...signed, ...(tag === null ? {} : { tag }) };
}

export function reportUnresolved(engine: Engine, revision: string, unresolved: UnresolvedSelector): void {
  const { account, region, selector, failure, reason } = unresolved;
  engine.telemetry.emit('group.describe_failed', {
    account,
    region,
    group: selector,
    revision,
    kind: failure?.kind ?? 'rejected',
    err: reason,
    ...(failure === null ? {} : { code: failure.code }),
  });
}

/** Says each end of a rule once, and each notice ahead of it. `before` are those that were said, and what is given back those that are now. */
export function reportExpiries(
  engine: Engine,
  { revision, rules }: RulesWithEnds,
  before: ReadonlySet<string>,
): ReadonlySet<string> {
  const nowMs = engine.clock.nowMs();
  const said = new Set<string>();
  for (const { rule, expiresAtMs, source } of rules) {
    const notice = noticeDue(expiresAtMs, engine.live().expiryNoticeHours, nowMs);
    if (notice === null) continue;
    const fields = {
      revision,
      rule: describeRule(rule),
      expiresAt: new Date(expiresAtMs).toISOString(),
    };
    const key = `${notice} ${fields.expiresAt} ${source.file} ${fields.rule}`;
    said.add(key);
    if (before.has(key)) continue;
    if (notice === 0) engine.telemetry.emit('rule.expired', { ...fields, isPresent: false });
    else engine.telemetry.emit('rule.expiring', fields);
  }
  return said;
}

/** The last notice that is due, in hours; 0: the rule has ended; null: none is due yet. */
function noticeDue(expiresAtMs: number, noticeHours: readonly number[], nowMs: number): number | null {
  const due = [0, ...noticeHours].filter((hours) => expiresAtMs - nowMs <= hours * HOUR_MS);
  return due.length === 0 ? null : Math.min(...due);
}

/** When something is next to be said of an end, or to be done, Unix milliseconds; infinite if nothing is. */
export function nextNoticeMs(
  { rules }: RulesWithEnds,
  noticeHours: readonly number[],
  nowMs: number,
): number {
  const times = rules.flatMap(({ expiresAtMs }) =>
    [0, ...noticeHours].map((hours) => expiresAtMs - hours * HOUR_MS),
  );
  return times.reduce((next, time) => (time > nowMs && time < next ? time : next), Infinity);
}
