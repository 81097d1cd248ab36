// A line of changes in words. Where a rule would say too much, what opens or closes is told as it is; else `at most`.
import { boxPortsText } from '../../exposure/text/membership-text.ts';
import type { Box } from '../../exposure/text/box.ts';
import { NO_PORTS_TEXT } from '../../model/ports.ts';
import { formatPeer } from '../../model/peer.ts';
import { protocolText, quoted, visible } from '../../model/rule-text.ts';
import { fieldText, type Rule, type RuleField } from '../../model/rule.ts';
import { groupBy } from '../../model/collections.ts';
import { onlyBox, peerKey, serviceKey, type ChangeBlock, type ChangeLine } from './change-lines.ts';
import type { ToldRule } from './rule-change.ts';
import {
  conditionsText,
  exceptionsText,
  peerPreposition,
  peersText,
  peerWords,
  rangeWords,
  portsWords,
  serviceWords,
  type NamedPeer,
} from './traffic-words.ts';

/** `opens`, `closes`, `opens and closes`; of rules that do neither what becomes of them. */
export function verbOf({ sign, opens, closes }: Pick<ChangeLine, 'sign' | 'opens' | 'closes'>): string {
  if (opens && closes) return 'opens and closes';
  if (opens) return 'opens';
  if (closes) return 'closes';
  return { '+': 'adds', '-': 'removes', '~': 'changes', '=': 'leaves' }[sign];
}

/** What stands behind the verb: `at most tcp 80, 443 from pl-bp1cdn`. */
export function lineText(line: ChangeLine): string {
  const [first] = line.changes;
  if (first === undefined) throw new Error('a line without changes');
  const box = onlyBox(line.changes);
  const subject = box === null ? rulesText(line, first) : boxWords(box, first);
  const changes = changesText(first);
  return `${line.exact ? '' : 'at most '}${subject}${changes === '' ? '' : `: ${changes}`}`;
}

/** Each service and each peer once; without what changes, which is told behind. */
function rulesText({ changes }: ChangeLine, first: ToldRule): string {
  const { rule, fields } = first;
  const services = [...groupBy(changes, serviceKey).values()].flatMap((alike) => alike.slice(0, 1));
  const peers = [...groupBy(changes, peerKey).values()].flatMap((alike) => alike.slice(0, 1));
  const service = serviceWords(
    services.map((change) => ({
      protocol: change.rule.protocol,
      ports: fields.includes('ports') ? { kind: 'none' } : change.rule.ports,
      named: fields.includes('ports') ? null : (change.desired?.words?.service ?? null),
    })),
  );
  const peer = fields.includes('peer')
    ? ''
    : ` ${peerPreposition(rule.direction)} ${peersText(peers.map(namedPeer), rule.direction)}`;
  return visible(service + peer) + conditionsText(withoutChanged(rule, fields));
}

const namedPeer = ({ rule, desired }: ToldRule): NamedPeer => ({
  peer: rule.peer,
  named: desired?.words?.network ?? null,
});

/** What changes is told once. */
function withoutChanged(rule: Rule, fields: readonly RuleField[]): Rule {
  return {
    ...rule,
    own: fields.includes('own') ? null : rule.own,
    sourcePorts: fields.includes('sourcePorts') ? null : rule.sourcePorts,
    priority: fields.includes('priority') ? 1 : rule.priority,
    nicType: fields.includes('nicType') ? 'intranet' : rule.nicType,
  };
}

const boxWords = (box: Box, change: ToldRule): string =>
  visible(
    `${boxService(box)} ${peerPreposition(box.direction)} ${boxPeerWords(box, change)}${exceptionsText(box)}` +
      `${boxConditions(box)}${change.rule.action === 'drop' ? ' (drop)' : ''}`,
  );

/** A peer by its name, if it is as the rule has it. */
function boxPeerWords({ peer, direction }: Box, change: ToldRule): string {
  if (peer === formatPeer(change.rule.peer)) return peersText([namedPeer(change)], direction);
  return change.from !== null && peer === formatPeer(change.from.peer)
    ? peerWords(change.from.peer, direction)
    : peer;
}

function boxConditions({ own, exceptOwn = [], sourcePorts, nicType, direction }: Box): string {
  return [
    ...(own === undefined ? [] : [`${direction === 'ingress' ? 'to' : 'from'} ${own}`]),
    ...(exceptOwn.length === 0 ? [] : [`except ${exceptOwn.join(', ')}`]),
    ...(sourcePorts === undefined ? [] : [`source ports ${rangeWords(sourcePorts)}`]),
    ...(nicType === undefined ? [] : [`on the ${nicType} card`]),
  ]
    .map((part) => ` ${part}`)
    .join('');
}

/** At which service a box exposes to the internet: `tcp 22`, `tcp 22 from 192.0.0.0/8 to 10.1.0.0/16`. */
export function exposedService(box: Box): string {
  const peer = box.peer.endsWith('/0') ? '' : ` from ${box.peer}`;
  return visible(`${boxService(box)}${peer}${boxConditions(box)}`);
}

/** `tcp 22`, `all protocols`, `tcp ports 1/1023 in prl-a`. */
function boxService(box: Box): string {
  const protocol = box.protocol === 'all' ? 'all protocols' : protocolText(box.protocol);
  const hasList = [...(box.memberOf ?? []), ...(box.notMemberOf ?? [])].some((id) => id.startsWith('prl-'));
  if (hasList) return [protocol, boxPortsText(box) ?? ''].join(' ').trimEnd();
  return box.ports === NO_PORTS_TEXT ? protocol : `${protocol} ${rangeWords(box.ports)}`;
}

/** `priority 10 -> 1, description "http" -> "HTTP"`. */
function changesText(change: ToldRule): string {
  const { from, rule, fields } = change;
  if (from === null) return '';
  return fields
    .map((field) => {
      const to = field === 'peer' ? peersText([namedPeer(change)], rule.direction) : valueWords(rule, field);
      return `${fieldWord(field, rule)} ${valueWords(from, field)} -> ${to}`;
    })
    .join(', ');
}

function fieldWord(field: RuleField, { direction }: Rule): string {
  switch (field) {
    case 'peer':
      return peerPreposition(direction);
    case 'own':
      return 'own side';
    case 'sourcePorts':
      return 'source ports';
    default:
      return field;
  }
}

function valueWords(rule: Rule, field: RuleField): string {
  const text = fieldText(rule, field);
  switch (field) {
    case 'ports':
      return portsWords(rule.ports) || 'none';
    case 'peer':
      return peerWords(rule.peer, rule.direction);
    case 'sourcePorts':
      return text === null ? 'any' : rangeWords(text);
    case 'description':
      return text === null ? 'none' : quoted(text);
    default:
      return text ?? 'any';
  }
}

/** Where rules that no policy declares come from: in a comparison the policies before declared them. */
export type RuleOrigin = 'cloud' | 'base';

const UNDECLARED: Readonly<Record<RuleOrigin, readonly [one: string, many: string]>> = {
  cloud: ['undeclared rule', 'undeclared rules'],
  base: ['rule of the base', 'rules of the base'],
};

/** `policies/web.yaml:21 public-web`, `undeclared rule "temporary debug"`. */
export function causeText(
  { source, name, description, lines }: ChangeBlock,
  origin: RuleOrigin = 'cloud',
): string {
  if (source !== null) return visible(`${source.file}:${source.line}${name === null ? '' : ` ${name}`}`);
  const rules = lines.reduce((sum, { changes }) => sum + changes.length, 0);
  const text = description === null ? '' : ` ${quoted(description)}`;
  const [one, many] = UNDECLARED[origin];
  return rules === 1 ? `${one}${text}` : `${rules} ${many}${text}`;
}
