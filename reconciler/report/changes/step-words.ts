// What one call changes, in the words of the plan: `+ tcp 80, 443 from pl-bp1cdn (public-web)`.
import { counted } from '../../model/counted.ts';
import { differenceOf } from '../../plan/match/pair.ts';
import type { Diff, Step } from '../../plan/plan.ts';
import { changeBlocks, type ChangeBlock } from './change-lines.ts';
import { causeText, lineText } from './line-text.ts';

const MOST_LINES = 3;

/** On one line, of no more than a few rules of the policy; the others are counted. */
export function stepWords(step: Step): string {
  const blocks = changeBlocks({ mode: 'enforce', diff: diffOf(step), exposure: { effects: [] } });
  const texts = blocks.flatMap((block) =>
    block.lines.map((line) => ({
      text: `${line.sign} ${lineText(line)} (${causeWords(block)})`,
      rules: line.changes.length,
    })),
  );
  const shown = texts.slice(0, texts.length === MOST_LINES + 1 ? texts.length : MOST_LINES);
  const left = texts.slice(shown.length).reduce((sum, { rules }) => sum + rules, 0);
  return [
    ...shown.map(({ text }) => text),
    ...(left === 0 ? [] : [`and ${counted(left, 'more rule')}`]),
  ].join('; ');
}

function diffOf(step: Step): Diff {
  const none = { missing: [], unexpected: [], different: [], same: 0, unmanaged: 0 };
  switch (step.kind) {
    case 'authorize':
      return { ...none, missing: step.rules };
    case 'modify':
      return { ...none, different: [differenceOf(step.target, step.to)] };
    case 'revoke':
      return { ...none, unexpected: step.targets };
  }
}

/** By its name, which is what people call it by; else by its place. */
const causeWords = (block: ChangeBlock): string => block.name ?? causeText(block);
