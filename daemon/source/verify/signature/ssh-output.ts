// What git and ssh-keygen say of an SSH signature. Only what is known by heart is believed.
import { err, ok, type Result } from '../../../../reconciler/model/result.ts';
import { principalsOf } from '../trust/allowed-signers.ts';
import type { Signer } from './signer.ts';

/** `unlisted`: no line of the allowed signers holds for this key at this date; `refused`: false, revoked, or of another use. */
export type SshFault =
  | { readonly kind: 'unlisted'; readonly key: string }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unknown' };

const GOOD = /^Good "git" signature for (.+) with [A-Z0-9-]+ key (SHA256:[A-Za-z0-9+/]{43})$/;
const NO_PRINCIPAL = /^Good "git" signature with [A-Z0-9-]+ key (SHA256:[A-Za-z0-9+/]{43})$/;
/** Why a line of the allowed signers does not hold. */
const ABOUT_A_LINE = /^\/\S+\/allowed_signers:\d+: /;

/** What `git verify-commit --raw` or `verify-tag --raw` said, and whether it succeeded. */
export function readSshOutput(text: string, succeeded: boolean): Result<Signer, SshFault> {
  const lines = text.split('\n').filter((line) => line !== '' && !ABOUT_A_LINE.test(line));
  const [first = '', ...others] = lines;
  const [, names, key] = GOOD.exec(first) ?? [];
  if (succeeded) {
    const isAlone = names !== undefined && key !== undefined && others.length === 0;
    return isAlone ? ok({ keys: [key], names: principalsOf(names) }) : err({ kind: 'unknown' });
  }
  const [, unlisted] = NO_PRINCIPAL.exec(first) ?? [];
  if (unlisted !== undefined && others.at(-1) === 'No principal matched.') {
    return err({ kind: 'unlisted', key: unlisted });
  }
  return err({ kind: lines.includes('Could not verify signature.') ? 'refused' : 'unknown' });
}
