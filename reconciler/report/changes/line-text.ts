// A line of changes in words. Where a rule would say too much, what opens or closes is told as it is; else `at most`.
import { boxPortsText } from '../../exposure/text/membership-text.ts';
import type { Box } from '../../exposure/text/box.ts';
import { NO_PORTS_TEXT } from '../../model/ports.ts';
import { formatPeer } from '../../model/peer.ts';
import { protocolText, quoted, visible } from '../../model/rule-text.ts';
import { fieldText, type Rule, type RuleField } from '../../model/rule.ts';
import { groupBy } from '../../model/collections.ts';
import { onlyBox, peerKey, serviceKey, type ChangeBlock, type ChangeLine } from './change-lines.ts';
import type { RuleChange } from './rule-change.ts';
import {
  conditionsText,
  exceptionsText,
  peerPreposition,
  peersText,
  peerWords,
  rangeWords,
  portsWords,
  servicesText,
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
function rulesText({ changes }: ChangeLine, first: RuleChange): string {
  const { rule, fields } = first;
  const services = [...groupBy(changes, serviceKey).values()].flatMap((alike) => alike.slice(0, 1));
  const peers = [...groupBy(changes, peerKey).values()].flatMap((alike) => alike.slice(0, 1));
  const service = servicesText(
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

const namedPeer = ({ rule, desired }: RuleChange): NamedPeer => ({
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

/** A peer by its name, if it is as the rule has it. */
function boxWords(box: Box, { rule, from, desired }: RuleChange): string {
  const named =
    box.peer === formatPeer(rule.peer)
      ? peersText([{ peer: rule.peer, named: desired?.words?.network ?? null }], box.direction)
      : [from?.peer, rule.peer].find((peer) => peer !== undefined && formatPeer(peer) === box.peer);
  const peer =
    typeof named === 'string' ? named : named === undefined ? box.peer : peerWords(named, box.direction);
  const own = box.own === undefined ? '' : ` ${box.direction === 'ingress' ? 'to' : 'from'} ${box.own}`;
  const ownExcept = box.exceptOwn === undefined ? '' : ` except ${box.exceptOwn.join(', ')}`;
  return [
    boxService(box),
    ` ${peerPreposition(box.direction)} ${peer}${exceptionsText(box)}`,
    own + ownExcept,
    box.sourcePorts === undefined ? '' : ` source ports ${rangeWords(box.sourcePorts)}`,
    box.nicType === undefined ? '' : ` on the ${box.nicType} card`,
    rule.action === 'drop' ? ' (drop)' : '',
  ].join('');
}

/** `tcp 22`, `all protocols`, `tcp ports 1/1023 in prl-a`. */
export function boxService(box: Box): string {
  const protocol = box.protocol === 'all' ? 'all protocols' : protocolText(box.protocol);
  const hasList = [...(box.memberOf ?? []), ...(box.notMemberOf ?? [])].some((id) => id.startsWith('prl-'));
  if (hasList) return [protocol, boxPortsText(box) ?? ''].join(' ').trimEnd();
  return box.ports === NO_PORTS_TEXT ? protocol : `${protocol} ${rangeWords(box.ports)}`;
}

/** `priority 10 -> 1, description "http" -> "HTTP"`. */
function changesText(change: RuleChange): string {
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

/** `policies/web.yaml:21 public-web`, `undeclared rule "temporary debug"`. */
export function causeText({ source, name, description, lines }: ChangeBlock): string {
  if (source !== null) return visible(`${source.file}:${source.line}${name === null ? '' : ` ${name}`}`);
  const rules = lines.reduce((sum, { changes }) => sum + changes.length, 0);
  const text = description === null ? '' : ` ${quoted(description)}`;
  return rules === 1 ? `undeclared rule${text}` : `${rules} undeclared rules${text}`;
}
