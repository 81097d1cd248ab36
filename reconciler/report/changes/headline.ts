// What a group's changes come to, in one line, and its lines as rows of a text.
import { counted } from '../../model/counted.ts';
import { NO_PORTS_TEXT } from '../../model/ports.ts';
import { protocolText } from '../../model/rule-text.ts';
import type { OpenedService } from '../../judge/opening.ts';
import type { TextRow, Tone } from '../look.ts';
import { changeBlocks, isSureEffect, type ChangeBlock, type ChangeLine } from './change-lines.ts';
import { causeText, exposedService, lineText, verbOf, type RuleOrigin } from './line-text.ts';
import { ruleChanges, type ChangeSign, type ComparedRules } from './rule-change.ts';
import { rangeWords } from './traffic-words.ts';

/** A group as it is told, whether of a plan or of a comparison. */
export interface ToldChanges extends ComparedRules {
  readonly opening: readonly OpenedService[];
}

export interface ToldExposure {
  /** Services at which the internet gets in newly, and no longer: none if that stays as it is. */
  readonly opened: readonly string[];
  readonly closed: readonly string[];
}

/** By the lines that are marked, and by what is judged of all rules together. */
export function exposedBy(blocks: readonly ChangeBlock[], opening: readonly OpenedService[]): ToldExposure {
  const lines = blocks.flatMap((block) => block.lines);
  const judged = opening.map(({ protocol, ports }) =>
    ports === NO_PORTS_TEXT ? protocolText(protocol) : `${protocolText(protocol)} ${rangeWords(ports)}`,
  );
  return { opened: exposedServices(lines, 'opened', judged), closed: exposedServices(lines, 'closed', []) };
}

/** Those of which it is not sure after the others. */
function exposedServices(
  lines: readonly ChangeLine[],
  side: 'opened' | 'closed',
  judged: readonly string[],
): string[] {
  const ofLines = (isSure: boolean): string[] =>
    lines
      .filter((line) => isSure === line.isSure)
      .flatMap(({ internet }) => internet[side].map(exposedService));
  const sure = new Set([...ofLines(true), ...judged]);
  const perhaps = new Set(ofLines(false).filter((service) => !sure.has(service)));
  return [...sure, ...[...perhaps].map((service) => `at most ${service}`)];
}

const MOST_SERVICES = 4;

/** Internet exposure first. */
export function exposurePhrases({ opened, closed }: ToldExposure): string[] {
  return [
    ...(opened.length === 0 ? [] : [`opens to the internet: ${someServices(opened)}`]),
    ...(closed.length === 0 ? [] : [`closes internet exposure: ${someServices(closed)}`]),
  ];
}

function someServices(services: readonly string[]): string {
  const more = services.length - MOST_SERVICES;
  if (more <= 1) return services.join(', ');
  return `${services.slice(0, MOST_SERVICES).join(', ')} and ${more} more`;
}

/** `5 rules open, at most 2 rules close`; null where no packet is decided otherwise. */
export function trafficPhrase(blocks: readonly ChangeBlock[]): string | null {
  const effects = blocks.flatMap(({ lines }) =>
    lines.flatMap(({ changes }) => changes.map((change) => change.effects)),
  );
  const parts = (['opens', 'closes'] as const).flatMap((wanted) => {
    const found = effects.flatMap((ofRule) => ofRule.filter(({ effect }) => effect === wanted).slice(0, 1));
    if (found.length === 0) return [];
    const limit = found.every(isSureEffect) ? '' : 'at most ';
    return [`${limit}${counted(found.length, 'rule')} ${found.length === 1 ? wanted : PLURAL[wanted]}`];
  });
  return parts.length === 0 ? null : parts.join(', ');
}

const PLURAL = { opens: 'open', closes: 'close' } as const;

/** `+4 ~7 -0`, as the rows tell them; `=2` are left alone. */
export function changeCounts(compared: ComparedRules): string {
  const changes = ruleChanges(compared);
  const count = (wanted: ChangeSign): number => changes.filter(({ sign }) => sign === wanted).length;
  const stays = count('=');
  return `+${count('+')} ~${count('~')} -${count('-')}${stays === 0 ? '' : ` =${stays}`}`;
}

/** Each rule of a policy is named in the first of its rows. */
export function changeRows(blocks: readonly ChangeBlock[], origin: RuleOrigin = 'cloud'): TextRow[] {
  return blocks.flatMap((block) =>
    block.lines.map((line, index): TextRow => {
      const isAlarm = isExposing(line);
      return {
        sign: isAlarm ? '!' : line.sign,
        word: verbOf(line),
        tone: isAlarm ? 'alarm' : toneOf(line),
        left: lineText(line),
        right: index === 0 ? causeText(block, origin) : '',
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
