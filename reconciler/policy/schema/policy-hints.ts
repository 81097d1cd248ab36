// What the author of a policy is told to write, by key.
import { cureText, quote } from '../read/complaint.ts';
import { NAME_HINT } from './peer-text.ts';
import { parseProtocolText } from './port-text.ts';
import type { ShapeWords } from './shape-complaints.ts';

const noRulesHint = (direction: string): string =>
  `write \`${direction}: []\` for no rules, or remove the key to leave this direction alone`;

const ACTIONS: ReadonlyMap<string, string> = new Map([
  ['allow', 'accept'],
  ['permit', 'accept'],
  ['pass', 'accept'],
  ['deny', 'drop'],
  ['reject', 'drop'],
  ['block', 'drop'],
]);
/** Of a policy and of the config. */
export const MODES_BY_OTHERS: ReadonlyMap<string, string> = new Map([
  ['dry-run', 'observe'],
  ['dryrun', 'observe'],
  ['plan', 'observe'],
  ['monitor', 'observe'],
  ['readonly', 'observe'],
  ['read-only', 'observe'],
  ['apply', 'enforce'],
]);

/** Words of others for values of ours. */
const VALUES_BY_OTHERS: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ['action', ACTIONS],
  ['mode', MODES_BY_OTHERS],
]);

/** `version: v1`, `protocol: 6`, `action: allow`. */
function meantInPolicy(
  key: string,
  input: unknown,
): { readonly message: string; readonly hint: string } | null {
  if (key === 'version') {
    const isOne = /^v?1(\.0)?$/.test(String(input));
    const message = `the version of the policy language is 1, not ${quote(String(input))}`;
    return isOne ? { message, hint: cureText('write', '1') } : null;
  }
  if (key === 'protocol' && typeof input === 'number') {
    const read = parseProtocolText(String(input));
    return read.ok ? null : read.error;
  }
  const other = typeof input === 'string' ? VALUES_BY_OTHERS.get(key)?.get(input.toLowerCase()) : undefined;
  if (other === undefined) return null;
  return { message: `${quote(key)} cannot be ${quote(String(input))}`, hint: cureText('write', other) };
}

export const POLICY_WORDS: ShapeWords = {
  whole: 'the document',
  quotesValues: true,
  // Maps and not objects: a network may be called `constructor`.
  missingKeyHints: new Map([
    ['version', 'begin the file with it: add `version: 1`'],
    ['region', 'add the region in which the group is, such as `region: cn-hangzhou`'],
    ['from', 'add who may connect, such as `from: 203.0.113.0/24`; everybody is anywhere'],
    ['to', 'add whom members may connect to, such as `to: 203.0.113.0/24`; everybody is anywhere'],
    ['group', 'write for example {group: sg-bp1partner, ownerId: "1557809237701234"}'],
    ['direction', 'add `direction: ingress` or `direction: egress`'],
    ['name', 'say in a few words what is expected'],
  ]),
  noValueHints: new Map([
    ['ingress', noRulesHint('ingress')],
    ['egress', noRulesHint('egress')],
    ['description', 'remove `description`: the API cannot clear a text'],
  ]),
  boundHints: new Map([
    ['ports', 'write `all` for every port, or ports from 1 to 65535'],
    ['sourcePorts', 'remove `sourcePorts` for any port, or write one from 1 to 65535'],
  ]),
  instead: meantInPolicy,
  nameHint: NAME_HINT,
};
