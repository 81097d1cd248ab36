// What a group's changes come to, in one line, and its lines as rows of a text.
import { counted } from '../../model/counted.ts';
import { NO_PORTS_TEXT } from '../../model/ports.ts';
import { protocolText } from '../../model/rule-text.ts';
import type { OpenedService } from '../../judge/opening.ts';
import type { TextRow, Tone } from '../look.ts';
import { changeBlocks, type ChangeBlock, type ChangeLine } from './change-lines.ts';
import { boxService, causeText, lineText, verbOf } from './line-text.ts';
import type { ComparedRules } from './rule-change.ts';
import { rangeWords } from './traffic-words.ts';

/** A group as it is told, whether of a plan or of a comparison. */
export interface ToldChanges extends ComparedRules {
  readonly opening: readonly OpenedService[];
}

export interface Exposed {
  /** Services at which the internet gets in newly, and no longer: none if that stays as it is. */
  readonly opened: readonly string[];
  readonly closed: readonly string[];
}

/** By the lines that are marked, and by what is judged of all rules together. */
export function exposedBy(blocks: readonly ChangeBlock[], opening: readonly OpenedService[]): Exposed {
  const lines = blocks.flatMap((block) => block.lines);
  const servicesOf = (side: 'opened' | 'closed'): string[] =>
    lines.flatMap(({ internet }) => internet[side].map(boxService));
  const judged = opening.map(({ protocol, ports }) =>
    ports === NO_PORTS_TEXT ? protocolText(protocol) : `${protocolText(protocol)} ${rangeWords(ports)}`,
  );
  return {
    opened: [...new Set([...servicesOf('opened'), ...judged])],
    closed: [...new Set(servicesOf('closed'))],
  };
}

const MOST_SERVICES = 4;

/** Internet exposure first. */
export function exposurePhrases({ opened, closed }: Exposed): string[] {
  return [
    ...(opened.length === 0 ? [] : [`opens to the internet: ${listed(opened)}`]),
    ...(closed.length === 0 ? [] : [`closes internet exposure: ${listed(closed)}`]),
  ];
}

function listed(services: readonly string[]): string {
  const more = services.length - MOST_SERVICES;
  if (more <= 1) return services.join(', ');
  return `${services.slice(0, MOST_SERVICES).join(', ')} and ${more} more`;
}

/** `5 rules open, 2 rules close`; null where no packet is decided otherwise. */
export function trafficPhrase(blocks: readonly ChangeBlock[]): string | null {
  const changes = blocks.flatMap(({ lines }) => lines.flatMap((line) => line.changes));
  const count = (wanted: 'opens' | 'closes'): number =>
    changes.filter(({ effects }) => effects.some(({ effect }) => effect === wanted)).length;
  const [opens, closes] = [count('opens'), count('closes')];
  const parts = [
    ...(opens === 0 ? [] : [`${counted(opens, 'rule')} ${opens === 1 ? 'opens' : 'open'}`]),
    ...(closes === 0 ? [] : [`${counted(closes, 'rule')} ${closes === 1 ? 'closes' : 'close'}`]),
  ];
  return parts.length === 0 ? null : parts.join(', ');
}

/** `+4 ~7 -0`, as the diff counts; `=2` are left alone. */
export function countsText({ mode, diff }: ComparedRules): string {
  const { missing, different, unexpected } = diff;
  const stays = mode === 'additive' ? '=' : '-';
  return `+${missing.length} ~${different.length} ${stays}${unexpected.length}`;
}

/** Each rule of a policy is named in the first of its rows. */
export function changeRows(blocks: readonly ChangeBlock[]): TextRow[] {
  return blocks.flatMap((block) =>
    block.lines.map((line, index): TextRow => {
      const isAlarm = isExposing(line);
      return {
        sign: isAlarm ? '!' : line.sign,
        word: verbOf(line),
        tone: isAlarm ? 'alarm' : toneOf(line),
        left: lineText(line),
        right: index === 0 ? causeText(block) : '',
      };
    }),
  );
}

export const isExposing = ({ internet }: ChangeLine): boolean =>
  internet.opened.length + internet.closed.length > 0;

function toneOf({ opens, closes, sign }: ChangeLine): Tone {
  if (opens) return 'opens';
  if (closes) return 'closes';
  return sign === '=' ? 'quiet' : 'changes';
}

/** What scripts read of it: the same lines, each with the rules that it stands for. */
export function changesDocument(compared: ComparedRules) {
  return changeBlocks(compared).flatMap((block) =>
    block.lines.map((line) => ({
      cause: causeText(block),
      ...(block.source === null ? {} : { source: { file: block.source.file, line: block.source.line } }),
      ...(block.name === null ? {} : { name: block.name }),
      change: CHANGE_WORD[line.sign],
      effect: line.opens || line.closes ? verbOf(line) : null,
      exact: line.exact,
      internet: isExposing(line),
      rules: line.changes.length,
      text: lineText(line),
    })),
  );
}

const CHANGE_WORD = { '+': 'added', '-': 'removed', '~': 'changed', '=': 'left' } as const;
