// docs/errors.md: every code that commands and log can print, with cause and cure.
import { readFileSync } from 'node:fs';
import { FAILURE_ROWS } from '../../daemon/ecs/failures/failure-table.ts';
import { CATALOG } from '../../daemon/telemetry/catalog.ts';
import type { EventName } from '../../daemon/telemetry/events.ts';
import type { ProblemCode } from '../../reconciler/model/problem.ts';
import type { ErrorEntry } from './entry.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { FAILURE_KINDS, OWN_CODES } from './failure-entries.ts';
import * as files from './file-problems.ts';
import { BLOCKS, EXCEPTIONS, FINDINGS } from './plan-entries.ts';
import * as policies from './policy-problems.ts';

/** By the heading that they stand under. */
const PROBLEMS = {
  'Keys and values': policies.SHAPE_PROBLEMS,
  Rules: policies.RULE_PROBLEMS,
  'Groups, networks and services': policies.GROUP_PROBLEMS,
  'Rules that do nothing, and rules that end': policies.MEANING_PROBLEMS,
  'Expectations and guardrails': policies.DEMAND_PROBLEMS,
  YAML: files.YAML_PROBLEMS,
  'Files and folders': files.SOURCE_PROBLEMS,
  Config: files.CONFIG_PROBLEMS,
  'Coming from 0.1.0': files.UPGRADE_PROBLEMS,
};

/** Exhaustive: a code without cause and cure does not compile. */
export const PROBLEM_ENTRIES: Readonly<Record<ProblemCode, ErrorEntry>> = {
  ...policies.SHAPE_PROBLEMS,
  ...policies.RULE_PROBLEMS,
  ...policies.GROUP_PROBLEMS,
  ...policies.MEANING_PROBLEMS,
  ...policies.DEMAND_PROBLEMS,
  ...files.YAML_PROBLEMS,
  ...files.SOURCE_PROBLEMS,
  ...files.CONFIG_PROBLEMS,
  ...files.UPGRADE_PROBLEMS,
};

const HEAD = `# Errors

Every code that \`rampart validate\`, \`plan\` and the log print, with its cause and what to do about it; made of the code (\`npm run schema\`).
Scripts may rely on codes; the words of messages change. A message says more than this page: it has the place, the value and what to write.`;

const PROBLEM_HEAD = `Of \`validate\`, \`test\`, \`policies.rejected\` and \`config.rejected\`: \`FILE:LINE:COLUMN\`, the message, the code in brackets; \`code\` in
\`--format json\`, the rule id in SARIF. What a guardrail says has the id of the guardrail as its code. An error keeps the file out of force; a
warning does not.`;

const FAILURE_HEAD = `\`kind\` and \`code\` of [log events](log-events.md) such as \`call.failed\` and \`group.describe_failed\`. \`kind\` says what Rampart does next.`;

const VENDOR_HEAD = `The cloud's own codes, by what Rampart makes of them. Codes that are not here are taken by their HTTP status. \`err\` has the words of
the cloud, with what helps where that is known.`;

const EVENT_HEAD = `Those of the levels \`warn\` and \`error\`. [log-events.md](log-events.md) has all events with their fields.`;

const EXIT_HEAD = `What each command says by them stands in the [README](../README.md#commands) and in its \`--help\`.`;

/** The text, before it is formatted. */
export const errorsPage = (): string =>
  [
    HEAD,
    '## Problems of policies and config',
    PROBLEM_HEAD,
    ...Object.entries(PROBLEMS).flatMap(([title, entries]) => [`### ${title}`, tableOf('code', entries)]),
    '## Plans',
    'In the text of a plan, and under these names in `plan --json`.',
    '### Why a plan is blocked',
    '`blockedBy[].kind`, and `blockedBy` of the event `plan.blocked`.',
    tableOf('kind', BLOCKS),
    '### What a plan cannot promise',
    '`exceptions[].kind`.',
    tableOf('kind', EXCEPTIONS),
    '### What someone should know',
    '`findings[].id`. A finding of a guardrail has the id of the guardrail.',
    tableOf('id', FINDINGS),
    '## Calls that fail',
    FAILURE_HEAD,
    tableOf('kind', FAILURE_KINDS),
    '### Codes of Rampart',
    tableOf('code', OWN_CODES),
    '### Codes of the cloud',
    VENDOR_HEAD,
    vendorCodes(),
    '## Log events',
    EVENT_HEAD,
    table(
      ['event', 'level', 'what happened', 'what to do'],
      loudEvents(readFileSync('docs/log-events.md', 'utf8')),
    ),
    '## Exit codes',
    EXIT_HEAD,
    tableOf('code', EXIT_CODES),
  ].join('\n\n') + '\n';

const table = (heads: readonly string[], rows: ReadonlyArray<readonly string[]>): string =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const tableOf = (head: string, entries: Readonly<Record<string, ErrorEntry>>): string =>
  table(
    [head, 'cause', 'cure'],
    Object.entries(entries).map(([code, { cause, cure }]) => [`\`${code}\``, cause, cure]),
  );

/** A list and no table: the codes of one kind are many. */
function vendorCodes(): string {
  const ours: ReadonlySet<string> = new Set(Object.keys(OWN_CODES));
  const rows = FAILURE_ROWS.filter(({ code }) => !ours.has(code));
  const kinds = [...new Set(rows.map(({ kind }) => kind))];
  const codesOf = (of: string): string[] =>
    rows.filter(({ kind }) => kind === of).map(({ code }) => `\`${code}\``);
  return kinds.map((kind) => `- \`${kind}\`: ${codesOf(kind).join(', ')}`).join('\n');
}

/** Rows of the events that are warnings or errors, or may be, with what docs/log-events.md says of them. */
export function loudEvents(page: string): string[][] {
  return page
    .split(/^### /m)
    .slice(1)
    .flatMap((section) => {
      const [name, level] = [partOf(section, /^`([^`]+)`/), partOf(section, /^`[^`]+` \((\w+)\)\n/)];
      const mayBeError = isEvent(name) && CATALOG[name].isError !== undefined;
      if (!LOUD.has(level) && !mayBeError) return [];
      const what = partOf(section, /\n\n(?!Fields|Operator)(\S.*?\.)(?: |\n)/);
      const link = `[\`${name}\`](log-events.md#${name.replaceAll('.', '')}-${level})`;
      const toDo = capitalized(partOf(section, /^Operator: (.*)$/m));
      return [[link, mayBeError ? `${level} or error` : level, what, toDo]];
    });
}

const LOUD: ReadonlySet<string> = new Set(['warn', 'error']);

const partOf = (section: string, pattern: RegExp): string => pattern.exec(section)?.[1] ?? '';

const isEvent = (name: string): name is EventName => name in CATALOG;

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
