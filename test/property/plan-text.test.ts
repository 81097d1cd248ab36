// What people read of a plan is all of it.
//
// 1. Each rule that a plan's diff has (and so `plan --json`) is in exactly one row of the text, or in two, as what goes and
//    what comes, where it becomes quite another one; and each effect on the traffic is in exactly one.
// 2. The row names its place in the policy, and its service and its peer, or what of them opens or closes.
// 3. Each row stands in the text, the Markdown and the JSON (of a group that is as it should be only where all are asked for); the counts of the headline are those of the rows.
// 4. A row that says neither `at most` nor a part of its rules opens or closes just what these match.
// 5. Nothing that exposes to the internet stands below what does not.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Mode } from '../../reconciler/model/group.ts';
import { compareText } from '../../reconciler/model/problem.ts';
import { ruleContent, type Rule } from '../../reconciler/model/rule.ts';
import type { GroupPlan } from '../../reconciler/plan/plan.ts';
import { changeBlocks, onlyBox } from '../../reconciler/report/changes/change-lines.ts';
import { changeCounts, isExposing } from '../../reconciler/report/changes/headline.ts';
import { causeText, lineText } from '../../reconciler/report/changes/line-text.ts';
import { peersText, portsWords, serviceWords } from '../../reconciler/report/changes/traffic-words.ts';
import { planDocument } from '../../reconciler/report/document.ts';
import { renderMarkdown } from '../../reconciler/report/markdown/plan-page.ts';
import { isTold, PLAIN_TEXT, renderText } from '../../reconciler/report/text.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../support/plan-inputs.ts';
import { arbitraryEdit, distinct, NARROW_WORLD, POLICY_WORLD } from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';

const plans = fc
  .record({
    edit: fc.constantFrom(NARROW_WORLD, POLICY_WORLD).chain((world) => arbitraryEdit(8, world)),
    mode: fc.constantFrom<Mode>('enforce', 'enforce', 'additive', 'observe'),
  })
  .map(({ edit: { before, after }, mode }) =>
    planFor(policyOf(distinct(after), { mode }), groupOf(described(distinct(before))), OPTIONS),
  );

const sorted = (rules: readonly Rule[]): string[] => rules.map(ruleContent).sort(compareText);

const linesOfPlan = (plan: GroupPlan) =>
  changeBlocks(plan).flatMap((block) => block.lines.map((line) => ({ block, line })));

it('each rule that a plan adds, changes or removes is in one row, and each effect in one', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const changes = linesOfPlan(plan).flatMap(({ line }) => line.changes);
      const { missing, different, unexpected } = plan.diff;
      const signed = (...signs: readonly string[]) => changes.filter(({ sign }) => signs.includes(sign));
      expect(sorted(signed('+', '~').map(({ rule }) => rule))).toEqual(
        sorted([...missing, ...different.map(({ to }) => to)].map(({ rule }) => rule)),
      );
      const old = [
        ...signed('-', '=').map(({ rule }) => rule),
        ...signed('~').flatMap(({ from }) => from ?? []),
      ];
      expect(sorted(old)).toEqual(
        sorted([...unexpected, ...different.map(({ from }) => from)].map(({ rule }) => rule)),
      );
      const effects = changes.flatMap((change) => change.effects);
      expect(new Set(effects).size).toBe(effects.length);
      expect(sorted(effects.map(({ rule }) => rule))).toEqual(
        sorted(plan.exposure.effects.map(({ rule }) => rule)),
      );
    }),
    runs(150),
  );
});

it('each row names its rules, and stands in the text, the Markdown and the JSON', () => {
  let boxes = 0;
  fc.assert(
    fc.property(plans, (plan) => {
      const text = renderText('r', [plan], null, { ...PLAIN_TEXT, all: true });
      const markdown = renderMarkdown('r', [plan]);
      const shown = planDocument(plan).changes;
      const lines = linesOfPlan(plan);
      expect(shown.map((each) => each.text)).toEqual(lines.map(({ line }) => lineText(line)));
      expect(lines.length === 0 || text.includes(`  ${changeCounts(plan)}`)).toBe(true);
      for (const { block, line } of lines) {
        const said = lineText(line);
        const pages = isTold(plan) ? [text, markdown] : [text];
        const rows = pages.map((page) => page.split('\n').filter((row) => row.includes(said)));
        expect(rows.every((found) => found.length > 0)).toBe(true);
        expect(text).toContain(causeText(block));
        if (block.source !== null) expect(causeText(block)).toContain(`web.yaml:${block.source.line}`);
        if (onlyBox(line.changes) !== null) boxes += 1;
        else if (!said.includes(' more'))
          expect(line.changes.filter((change) => !isNamed(change, said))).toEqual([]);
      }
    }),
    runs(150),
  );
  expect(boxes).toBeGreaterThan(0);
});

/** Whether the words of what stays of the rule are among these. */
function isNamed({ rule, fields }: { rule: Rule; fields: readonly string[] }, said: string): boolean {
  const protocol = serviceWords([{ protocol: rule.protocol, ports: { kind: 'none' }, named: null }]);
  const peer = peersText([{ peer: rule.peer, named: null }], rule.direction);
  const isTold = (field: string, words: string): boolean => fields.includes(field) || said.includes(words);
  return isTold('protocol', protocol) && isTold('ports', portsWords(rule.ports)) && isTold('peer', peer);
}

it('a row that says neither at most nor a part opens or closes just what its rules match', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      for (const { line } of linesOfPlan(plan)) {
        const effects = line.changes.flatMap((change) => change.effects);
        const isPart = onlyBox(line.changes) !== null;
        const says = lineText(line).startsWith('at most ');
        expect(says).toBe(!isPart && effects.some(({ whole }) => !whole));
      }
    }),
    runs(150),
  );
});

it('what exposes to the internet stands first', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const blocks = changeBlocks(plan).map(({ lines }) => lines.map(isExposing));
      for (const lines of blocks) expect(lines).toEqual([...lines].sort((a, b) => Number(b) - Number(a)));
      const some = blocks.map((lines) => lines.includes(true));
      expect(some).toEqual([...some].sort((a, b) => Number(b) - Number(a)));
    }),
    runs(150),
  );
});
