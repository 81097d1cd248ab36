// docs/tour.md, from what the walk saw.
import { format } from 'prettier';
import { operationOf } from '../../reconciler/model/operation.ts';
import { describeRule } from '../../reconciler/model/rule-text.ts';
import { ruleIdentity, type Rule } from '../../reconciler/model/rule.ts';
import type { GroupPolicy } from '../../reconciler/plan/plan.ts';
import { planDocument } from '../../reconciler/report/document.ts';
import { groupLines, PLAIN_TEXT } from '../../reconciler/report/text.ts';
import { EDIT, walk, type SeenEvent, type Walk } from './walk.ts';

/** Walks, and writes down what was seen. */
export const tourText = async (): Promise<string> =>
  format(page(await walk()), { parser: 'markdown', printWidth: 110 });

function page(seen: Walk): string {
  const { plan, before, after } = seen;
  const document = planDocument(plan);
  const old = onlyIn(before, after);
  const added = onlyIn(after, before);
  return `# A tour: one edited rule, through every room

Written by \`npm run tour\`, with the values of a real run; a test compares. The example policies are in force in the emulator, the
group \`${plan.id}\` is converged, and then someone edits one line of \`${EDIT.file}\`:

${fence('diff', [`-        ${EDIT.from.trim()}`, `+        ${EDIT.to.trim()}`])}

## 1. Reading what should be: \`daemon/source\`, \`reconciler/policy\`

\`source/directory\` sees the folder change, waits until it stands still, and reads all files. \`policy/read\` makes YAML of each,
\`policy/schema\` a checked document, and \`policy/compile\` the desired rules, each with the place that it comes from. The line above is
one rule:

${fence('text', [`before  ${old}`, `after   ${added}`])}

A broken file would have kept its groups' last good rules in force (\`policy/compile/last-good.ts\`, \`source/desired.ts\`).
\`schedule/selectors.ts\` turns names and tags into ids and drops what has expired. Only this group's policy differs from before, so
\`schedule/controller.ts\` reconciles only this group.

## 2. Reading what is: \`daemon/ecs\`

\`reconcile/read.ts\` asks \`ecs/group-reader.ts\` for the group: \`DescribeSecurityGroups\` for its head,
\`DescribeSecurityGroupAttribute\` for its rules, page by page, whole or not at all. \`ecs/convert\` makes the same canonical rules of
the vendor's fields, so the two sides can be compared by identity.

## 3. The plan: \`reconciler/plan\`

\`planGroup\` is pure. Its stages, with what they found here:

| stage | found |
| --- | --- |
| diff | ${plan.diff.missing.length} missing, ${plan.diff.unexpected.length} unexpected, ${plan.diff.different.length} different, ${plan.diff.same} the same |
| match | ${document.steps.length === 1 ? 'one pair: the new rule matches all that the old one did (T3), so a Modify keeps the id' : `${document.steps.length} steps`} |
| order, fit | ${plan.steps.length} call, with room to spare |
| prove | ${plan.hitless ? 'hitless: no packet is decided otherwise than by the old or the new rules' : 'not hitless'} |
| check | no objection: \`${plan.status}\` |

\`rampart plan\` shows it like this (\`reconciler/report/text.ts\`):

${fence('text', groupLines(plan, { ...PLAIN_TEXT, calls: true }))}

The hash is over the group, its mode and the changes: \`${plan.hash.slice(0, 12)}…\`. The one step is \`${plan.steps.map(operationOf).join()}\`.

## 4. Carrying it out: \`daemon/reconcile\`, \`daemon/queue\`, \`daemon/journal\`

\`reconcileGroup\` reserves the call in its lane, and \`reconcile/execute\` makes it. First the journal holds the intent, with a
ClientToken and what the call adds and removes; then \`queue/attempt.ts\` sends it, as often as it takes, always with that token. What
the emulator's call log shows of it:

${fence('json', [JSON.stringify(seen.write, null, 2)])}

And the journal, once the answer was there (\`rampart history\`):

${fence('json', [JSON.stringify(seen.history, null, 2)])}

## 5. Proving it: read again

\`reconcile/verify.ts\` reads the group again and plans once more: the plan must be empty. What was logged from the edit to here, an
event a line (\`telemetry/catalog.ts\` has the sentences, [log-events.md](log-events.md) their meaning):

${fence('json', seen.events.map(short))}

## 6. The second round

A reconcile without a change finds nothing to do and writes nothing:

${fence('json', seen.secondRound.map(short))}
`;
}

const fence = (language: string, lines: readonly string[]): string =>
  `\`\`\`${language}\n${lines.join('\n')}\n\`\`\``;

/** The texts of the ingress rules that only the first policy has. */
function onlyIn(policy: GroupPolicy, other: GroupPolicy): string {
  const known = new Set(rulesOf(other).map(ruleIdentity));
  return rulesOf(policy)
    .filter((rule) => !known.has(ruleIdentity(rule)))
    .map(describeRule)
    .join('; ');
}

const rulesOf = ({ rules }: GroupPolicy): Rule[] => (rules.ingress ?? []).map(({ rule }) => rule);

const IN_EVERY_EVENT: ReadonlySet<string> = new Set([
  'account',
  'region',
  'group',
  'revision',
  'reconcileId',
  'planHash',
  'clientToken',
]);

const short = (event: SeenEvent): string =>
  JSON.stringify(Object.fromEntries(Object.entries(event).filter(([name]) => !IN_EVERY_EVENT.has(name))));
