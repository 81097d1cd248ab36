// Regular expressions that an expression writes out. The evaluator reads one when a rule first meets it, which for a
// branch that is seldom taken may be months after the config was loaded.
import { celEnv, isCelError, parse, plan } from '@bufbuild/cel';

const SAID_FIRST = 'error parsing regexp: ';

/** Why a text is no regular expression; null if it is one. Asked of the evaluator itself, which has the last word. */
export function patternFault(text: string): string | null {
  const answer = plan(celEnv(), parse('"".matches(text)'))({ text });
  return isCelError(answer) ? answer.message.replace(SAID_FIRST, '') : null;
}
