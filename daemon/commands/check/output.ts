// The answer of `rampart check` as text and as JSON.
import { defaultAction } from '../../../reconciler/exposure/engine/context.ts';
import { groupKey } from '../../../reconciler/model/group.ts';
import { packetText } from '../../../reconciler/exposure/text/packet-text.ts';
import { describeRule } from '../../../reconciler/model/rule-text.ts';
import { packetDocument } from '../../../reconciler/report/document.ts';
import { printable } from '../../../reconciler/policy/report/printable.ts';
import type { CheckAnswer, CheckedRule } from './answer.ts';

/** One JSON document, its keys in this order. */
export function answerAsJson(answer: CheckAnswer): string {
  const { group, packet, decision, decidedBy, alsoMatching, rivals, notes } = answer;
  const { direction, nicType, family } = packet;
  const document = {
    version: 1,
    account: group.account,
    region: group.region,
    id: group.id,
    side: group.side,
    packet: { direction, nicType, family, ...packetDocument(packet) },
    verdict: decision.action,
    by: decision.by,
    rule: decidedBy?.document ?? null,
    alsoMatching: alsoMatching.map((checked) => checked.document),
    rivals: rivals.map(({ rule, needs }) => ({ rule: rule.document, needs })),
    notes,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const RULES_SHOWN = 10;

/** The verdict alone on the first line. */
export function answerAsText(answer: CheckAnswer): string {
  const { group, packet, decision, alsoMatching, rivals, notes } = answer;
  return [
    decision.action,
    `  ${packetText(packet)}, ${packet.family === 'ipv4' ? 'IPv4' : 'IPv6'}`,
    `  group ${groupKey(group)}, ${group.side === 'live' ? 'as it is in the cloud' : 'as the policies want it'}`,
    `  decided by ${deciderText(answer)}`,
    ...section('also matching, without a say', alsoMatching.map(ruleText)),
    ...section(
      `it would be ${decision.action === 'accept' ? 'dropped' : 'accepted'}`,
      rivals.map(({ rule, needs }) => `if ${needs.join(' and ')}: by ${ruleText(rule)}`),
    ),
    ...section('note', notes),
    '',
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length - RULES_SHOWN;
  return [
    `  ${title}`,
    ...lines.slice(0, RULES_SHOWN).map((line) => `    ${line}`),
    ...(more > 0 ? [`    and ${more} more`] : []),
  ];
}

function deciderText({ group, packet, decision, decidedBy }: CheckAnswer): string {
  if (decidedBy !== null) return ruleText(decidedBy);
  if (decision.by === 'innerAccess') return 'the inner access policy: members of the group reach each other';
  const { context, side } = group;
  const type = context.type === 'normal' ? 'a basic group' : 'an enterprise group';
  const both = side === 'desired' && packet.direction === 'ingress' ? 'every group' : type;
  return `no rule: ${both} ${defaultAction(context, packet.direction)}s such ${packet.direction} by default`;
}

function ruleText({ rule, document }: CheckedRule): string {
  const { id, source } = document;
  const place = source === undefined ? null : `${printable(source.file)}:${source.line}`;
  const declared = id !== undefined && place !== null ? `${id}, declared at ${place}` : null;
  return `${describeRule(rule)} (${declared ?? place ?? id ?? 'no id'})`;
}
