// Why git did not do it, in one line for people: what it said, and which key of the config it is about.
import { printable } from '../../../../reconciler/policy/report/printable.ts';
import type { GitSettings } from '../../../config/sections/git-schema.ts';
import type { GitFailure } from '../../git/git.ts';
import { adviceOn } from './advice.ts';

const MAX_LINES = 3;
const MAX_SAID = 400;

/** Advice that fits every failure says nothing about this one. */
const BOILERPLATE =
  /^(Please make sure you have|and the repository exists|hint:|Cloning into|warning: redirecting)/;

export interface ComplaintContext {
  readonly git: GitSettings;
  /** How long git was given. */
  readonly seconds: number;
}

export function complaintText(
  { kind, code, complaint }: GitFailure,
  { git, seconds }: ComplaintContext,
): string {
  switch (kind) {
    case 'absent':
      return 'git cannot be run: is it installed, and in PATH?';
    case 'timeout':
      return `git did not come to its end within ${seconds} s`;
    case 'too-much':
      return 'the answer is larger than is taken';
    case 'stopped':
      return 'stopped';
    case 'refused': {
      const said = saidBy(complaint) || `git ended with code ${code ?? 'unknown'}`;
      const advice = adviceOn(complaint, git);
      return advice === null ? said : `${said}; ${advice}`;
    }
  }
}

function saidBy(complaint: string): string {
  const lines = complaint
    .split('\n')
    .map((line) => line.replace(/^(fatal|error|remote): /, '').trim())
    .filter((line) => line !== '' && !BOILERPLATE.test(line));
  return printable([...new Set(lines)].slice(-MAX_LINES).join('; ')).slice(0, MAX_SAID);
}
