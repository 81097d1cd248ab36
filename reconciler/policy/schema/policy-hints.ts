// What the author of a policy is told to write, by key.
import { NAME_HINT } from './peer-text.ts';
import type { ShapeWords } from './shape-complaints.ts';

const noRulesHint = (direction: string): string =>
  `write \`${direction}: []\` for no rules, or remove the key to leave this direction alone`;

export const POLICY_WORDS: ShapeWords = {
  whole: 'the document',
  quotesValues: true,
  // Maps and not objects: a network may be called `constructor`.
  missingKeyHints: new Map([
    ['version', 'begin the file with `version: 1`'],
    ['region', 'write for example `region: cn-hangzhou`'],
    ['from', 'say who may connect; everybody is `anywhere`'],
    ['to', 'say whom members may connect to; everybody is `anywhere`'],
    ['group', 'write for example {group: sg-bp1partner, ownerId: "1557809237701234"}'],
    ['direction', 'write `direction: ingress` or `direction: egress`'],
    ['name', 'say in a few words what is expected'],
  ]),
  noValueHints: new Map([
    ['ingress', noRulesHint('ingress')],
    ['egress', noRulesHint('egress')],
    ['description', 'remove the key: the API cannot clear a description'],
  ]),
  nameHint: NAME_HINT,
};
