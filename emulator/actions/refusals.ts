// Every refusal of the security-group service: code, HTTP status, message. Codes and messages are the vendor's
// to the letter, misspelt ones included; where one code has several statuses or texts, a row's name says which
// in brackets behind the code, and the code stands by itself. Sources: the error tables of the pages named per block, 2026 copies unless said
// otherwise, and the page of 2019 for the rows "(2019)". Where the vendor's table has a bare `%s` for a message,
// or none was found, the words are ours and the row says so.
import type { ApiError } from '../action.ts';
import { copyOf } from '../wire/parameters.ts';
import { text, type Params } from './params.ts';
import { errorOf, type Row } from './refusal-row.ts';
import { GROUP } from '../groups/group-refusals.ts';
import { TAGGING } from '../groups/tag-refusals.ts';
import { PORT_LIST, PREFIX_LIST } from '../lists/list-refusals.ts';
import { RULE_FORMAT, RULE_MEANING, RULE_TARGET } from '../rules/rule-refusals.ts';

export const REFUSALS = {
  ...RULE_FORMAT,
  ...RULE_MEANING,
  ...RULE_TARGET,
  ...GROUP,
  ...TAGGING,
  ...PREFIX_LIST,
  ...PORT_LIST,
};

export type Refusal = keyof typeof REFUSALS;

/** Of a client's own text; what is longer is cut, because an error may be remembered with its ClientToken. */
const SUBJECT_MAX = 200;

/** @param subject what takes the place of `%s`: the name of the bad parameter, an id, a limit. */
export function refuse(name: Refusal, subject = ''): ApiError {
  const shown = subject.length > SUBJECT_MAX ? copyOf(`${subject.slice(0, SUBJECT_MAX)}...`) : subject;
  return errorOf(name, REFUSALS[name], shown);
}

/** The parameter's value; throws the refusal when it is left out. */
export function required(params: Params, name: string, missing: Refusal): string {
  const value = text(params, name);
  if (value === '') throw refuse(missing, name);
  return value;
}

/** The vendor's code of a row. */
export function codeOf(name: Refusal): string {
  const [, , code = name]: Row = REFUSALS[name];
  return code;
}
