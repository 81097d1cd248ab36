// A value of the wrong type whose meaning is plain all the same: what to write instead.
import { cureText } from '../../read/complaint.ts';
import { isMapping } from '../parts.ts';
import { flowText } from './flow-text.ts';

interface TypeAsked {
  /** The innermost key. */
  readonly key: string;
  /** The types that are taken, in words of messages. */
  readonly expected: readonly string[];
  /** Whether hints may repeat any value; else only those that cannot be a secret. */
  readonly quotesValues: boolean;
}

/** Empty: nothing is known but the type. */
export function typeHint(input: unknown, asked: TypeAsked): string {
  const { key, expected, quotesValues } = asked;
  if (expected.includes('a text') && (typeof input === 'number' || typeof input === 'boolean')) {
    return textHint(input, quotesValues);
  }
  const number = expected.includes('a whole number') ? numberHint(input, key) : '';
  if (number !== '') return number;
  const answer = expected.includes('true or false') ? booleanOf(input) : null;
  if (answer !== null) return cureText('write', String(answer));
  return quotesValues ? collectionHint(input, asked) : '';
}

/** A long number has lost digits by the time it is read. */
function textHint(input: number | boolean, quotesValues: boolean): string {
  const isExact = quotesValues && (typeof input === 'boolean' || Number.isSafeInteger(input));
  return isExact ? cureText('write', JSON.stringify(String(input))) : 'put it in quotes';
}

function collectionHint(input: unknown, { key, expected }: TypeAsked): string {
  const wantsList = expected.includes('a list');
  if (!wantsList && !expected.includes('a mapping')) return '';
  const instead = wantsList ? asList(input) : asMapping(input);
  return instead === null ? '' : cureText('write', flowText(instead), entryExample(key));
}

/** For a collection that is too long to be repeated. */
const entryExample = (key: string): string =>
  key === 'groups' ? 'begin each group with a dash: `- id: sg-bp1web`' : 'begin each entry with a dash';

/** In which unit a key counts, by how its name ends. */
const UNITS: ReadonlyArray<readonly [ending: RegExp, name: string, seconds: number]> = [
  [/Seconds$/, 'seconds', 1],
  [/Hours$/, 'hours', 3600],
  [/Ms$/, 'milliseconds', 0.001],
];

const SECONDS_BY_LETTER: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** `5m`, `"300"`, `10%`, `60/min`: so short, and of so little else than digits, that it is no secret. */
function numberHint(input: unknown, key: string): string {
  if (typeof input === 'number') return numberNear(input);
  if (typeof input !== 'string') return '';
  if (/^\d{1,9}$/.test(input)) return `write it without quotes: ${cureText('write', String(Number(input)))}`;
  const [, digits, letter = ''] =
    /^(\d{1,6})\s*(ms|s|m|h|d)(?:ec(?:ond)?s?|in(?:ute)?s?|(?:ou)?rs?|ays?)?$/i.exec(input) ?? [];
  const unit = UNITS.find(([ending]) => ending.test(key));
  if (digits !== undefined && unit !== undefined) {
    const [, name, seconds] = unit;
    const value = (Number(digits) * (SECONDS_BY_LETTER[letter.toLowerCase()] ?? 1)) / seconds;
    const whole = Math.max(1, Math.round(value));
    return `${cureText('write', String(whole))}: it counts ${name}, and ${JSON.stringify(input)} is ${whole} of them`;
  }
  const [, amount] = /^(\d{1,6})\s*(?:%|\/\s*m(?:in(?:ute)?)?|per minute)$/i.exec(input) ?? [];
  return amount === undefined ? '' : `${cureText('write', amount)}, without what follows it`;
}

const numberNear = (input: number): string =>
  Number.isFinite(input) ? cureText('write', String(Math.round(input))) : '';

/** YAML 1.1 took these words for booleans; what is read here is YAML 1.2. */
function booleanOf(input: unknown): boolean | null {
  const word = typeof input === 'string' || typeof input === 'number' ? String(input).toLowerCase() : '';
  if (['yes', 'y', 'on', 'true', '1', 'enabled'].includes(word)) return true;
  return ['no', 'n', 'off', 'false', '0', 'disabled'].includes(word) ? false : null;
}

/** A mapping of mappings is a list whose entries have names; any other one is the only entry. */
function asList(input: unknown): unknown {
  if (!isMapping(input)) return typeof input === 'string' ? [{ description: input }] : null;
  const entries = Object.entries(input);
  const isNamed = entries.length > 0 && entries.every(([, entry]) => isMapping(entry));
  if (!isNamed) return [input];
  return entries.map(([name, entry]) => (isMapping(entry) ? { ...entryName(name, entry), ...entry } : entry));
}

const entryName = (name: string, entry: Readonly<Record<string, unknown>>): Record<string, string> => {
  if ('id' in entry || 'name' in entry || 'tags' in entry || 'protocol' in entry) return {};
  return /^sg-[\w-]+$/.test(name) ? { id: name } : { name };
};

/** `[{key: Tier, value: web}]` */
function asMapping(input: unknown): unknown {
  if (!Array.isArray(input) || input.length === 0) return null;
  const pairs = (input as unknown[]).map((each) => {
    const texts = isMapping(each) ? Object.values(each).filter((value) => typeof value === 'string') : [];
    return texts.length === 2 ? texts : isMapping(each) ? Object.entries(each)[0] : undefined;
  });
  if (pairs.some((pair) => pair === undefined)) return null;
  return Object.fromEntries(pairs.map((pair) => [String(pair?.[0]), pair?.[1]]));
}
