// What `rampart check` finds out: the verdict, the rule or default behind it, and what else has a say.
import { membersAreOpen, type GroupContext } from '../../../reconciler/exposure/engine/context.ts';
import type { Decision } from '../../../reconciler/exposure/ask/decide.ts';
import { explain } from '../../../reconciler/exposure/ask/explain.ts';
import type { Packet } from '../../../reconciler/exposure/engine/packet.ts';
import type { GroupRef } from '../../../reconciler/model/group.ts';
import { addressBits, prefixContains, type Prefix } from '../../../reconciler/model/prefix.ts';
import { fieldText, type Rule } from '../../../reconciler/model/rule.ts';
import type { RuleDocument } from '../../../reconciler/model/rule-document.ts';

/** The rules of one group, from the policies or from the cloud. */
export interface CheckedGroup extends GroupRef {
  readonly side: 'desired' | 'live';
  readonly rules: readonly CheckedRule[];
  /** Of the desired side: what holds for a basic group. Of the live side with the entries of lists that were read. */
  readonly context: GroupContext;
  /** What the rules leave out, in words. */
  readonly caveats: readonly string[];
}

export interface CheckedRule {
  readonly rule: Rule;
  readonly document: RuleDocument;
}

export type CheckAnswer = ReturnType<typeof checkPacket>;

export function checkPacket(group: CheckedGroup, packet: Packet) {
  const byRule = new Map(group.rules.map((checked) => [checked.rule, checked]));
  const checked = (rule: Rule): CheckedRule => {
    const found = byRule.get(rule);
    if (found === undefined) throw new Error('a rule that no one asked about has decided');
    return found;
  };
  const context = contextFor(group, packet);
  const { decision, alsoMatching, rivals } = explain([...byRule.keys()], packet, context);
  return {
    group,
    packet,
    decision,
    decidedBy: decision.by === 'rule' ? checked(decision.rule) : null,
    alsoMatching: alsoMatching.map(checked),
    rivals: rivals.map(({ rule, needs }) => ({
      rule: checked(rule),
      needs: needs.map((field) => `${OPEN_FIELD[field]} is in ${fieldText(rule, field) ?? 'any'}`),
    })),
    notes: [
      ...typeNotes(group, decision, packet),
      ...memberNotes(group, decision, packet),
      ...listNotes(group, packet, context),
      ...contradictions(packet, context),
      ...group.caveats,
    ],
  };
}

/** Where no address is given, the peer is one of those that the named lists hold, whichever that is. */
function contextFor({ context }: CheckedGroup, { peer, memberOf }: Packet): GroupContext {
  if (peer !== null) return context;
  const others = [...context.prefixLists].filter(([id]) => !memberOf.includes(id));
  return { ...context, prefixLists: new Map(others) };
}

const OPEN_FIELD = {
  ports: 'the port',
  sourcePorts: 'the source port',
  peer: 'the peer',
  own: 'the own address',
} as const;

/** Policies do not say of what type a group is, and only egress defaults differ. */
function typeNotes({ side }: CheckedGroup, decision: Decision, { direction }: Packet): string[] {
  if (side === 'live') return [];
  if (decision.by === 'innerAccess') {
    return ['the group is taken for a basic one whose inner access policy is Accept; --live asks the cloud'];
  }
  if (decision.by === 'rule' || direction === 'ingress') return [];
  return ['the group is taken for a basic one; an enterprise group drops this. --live asks the cloud'];
}

function memberNotes(group: CheckedGroup, { action }: Decision, { nicType }: Packet): string[] {
  if (action === 'accept' || nicType === 'internet' || !membersAreOpen(group.context)) return [];
  const condition = group.side === 'live' ? '' : ' if it is a basic one with inner access policy Accept';
  return [`members of the group itself reach each other all the same${condition}`];
}

function listNotes({ rules }: CheckedGroup, { peer, memberOf }: Packet, context: GroupContext): string[] {
  const isSaid = (id: string): boolean => memberOf.includes(id) || context.prefixLists.has(id);
  const hasOthers = rules.some(({ rule }) => !('address' in rule.peer) && !isSaid(rule.peer.id));
  if (!hasOthers) return [];
  const known = memberOf.length === 0 ? 'none' : memberOf.join(', ');
  const whose = peer === null ? 'the peer' : 'the address';
  const and = context.prefixLists.size === 0 ? '' : ', but for lists whose entries were read';
  return [`which groups and prefix lists hold ${whose} is taken from --peer alone: ${known}${and}`];
}

function contradictions({ peer, memberOf, family }: Packet, { prefixLists }: GroupContext): string[] {
  if (peer === null) return [];
  const address: Prefix = { kind: family, address: peer, length: addressBits(family) };
  return memberOf.flatMap((id) => {
    const entries = prefixLists.get(id)?.entries ?? null;
    if (entries === null || entries.some((entry) => prefixContains(entry, address))) return [];
    return [`${id} does not hold the address that --peer gives, and that is what counts`];
  });
}
