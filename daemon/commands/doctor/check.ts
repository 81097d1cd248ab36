// What `rampart doctor` says of one thing: how it is, and what to do.
import { wrappedLine, type Look, type Tone } from '../../../reconciler/report/look.ts';
import { printable } from '../../../reconciler/policy/report/printable.ts';
import type { RamAction } from '../../ecs/ram.ts';

export type CheckState = 'ok' | 'warning' | 'broken' | 'not tried';

export type CheckName =
  | 'config'
  | 'policies'
  | 'git'
  | 'journal'
  | 'emulator'
  | 'endpoint'
  | 'clock'
  | 'credentials'
  | 'ram'
  | 'rates';

export interface DoctorCheck {
  readonly check: CheckName;
  readonly state: CheckState;
  /** Absent: it is about no account. */
  readonly account?: string;
  /** Absent: it is about no region, or about all of the account. */
  readonly regions?: readonly string[];
  readonly action?: RamAction;
  readonly message: string;
  /** Complete: whoever does it has no need to read more. Empty: there is nothing to do. */
  readonly cure: string;
}

export const fine = (check: CheckName, message: string): DoctorCheck => ({
  check,
  state: 'ok',
  message,
  cure: '',
});

export const broken = (check: CheckName, message: string, cure: string): DoctorCheck => ({
  check,
  state: 'broken',
  message,
  cure,
});

export const doubtful = (check: CheckName, message: string, cure: string): DoctorCheck => ({
  check,
  state: 'warning',
  message,
  cure,
});

export const untried = (check: CheckName, message: string, cure = ''): DoctorCheck => ({
  check,
  state: 'not tried',
  message,
  cure,
});

const TONES: Readonly<Record<CheckState, Tone>> = {
  ok: 'opens',
  warning: 'closes',
  broken: 'alarm',
  'not tried': 'quiet',
};

const STATE_WIDTH = 'not tried'.length;
const NAME_WIDTH = 'credentials'.length;
const HEAD_WIDTH = STATE_WIDTH + NAME_WIDTH + 4;

/** One line, whatever the texts hold; on a terminal that is narrower, several, set in below its text. */
export function checkLine(told: DoctorCheck, look: Look): string {
  const { check, state, account, regions = [], message, cure } = told;
  const where = account === undefined ? '' : `${[account, ...regions].join(' ')}: `;
  const todo = cure === '' ? '' : `; cure: ${cure}`;
  const text = printable(`${where}${message}${todo}`.replace(/\s*\n\s*/g, ' '));
  const head = `${look.paint(TONES[state], state.padEnd(STATE_WIDTH))}  ${check.padEnd(NAME_WIDTH)}  `;
  return head + wrappedLine(text, HEAD_WIDTH, look).join('\n');
}

/** Advice stands behind the last semicolon of most of our errors. */
export function splitAdvice(text: string, otherwise: string): readonly [message: string, cure: string] {
  const at = text.lastIndexOf('; ');
  return at === -1 ? [text, otherwise] : [text.slice(0, at), text.slice(at + 2)];
}
