// A policy file taken apart: each network, service, group and rule by itself, so that a mistake in one of
// them does not hide the mistakes in the others. What is broken is null; it has been reported already.
import type { z } from 'zod';
import type { GroupSelector } from '../model/group.ts';
import type { PortRange } from '../model/ports.ts';
import type { Prefix } from '../model/prefix.ts';
import type { PolicyProtocol } from '../model/protocol.ts';
import type { Direction, NicType, RuleAction } from '../model/rule.ts';
import type { PeerWord } from './peer-text.ts';
import type { Traffic } from './port-text.ts';
import {
  egressRuleSchema,
  groupHeadSchema,
  ingressRuleSchema,
  networkSchema,
  serviceSchema,
} from './schema.ts';

/** A rule as written: lists not yet multiplied, names not yet resolved. */
export interface RuleEntry {
  readonly name?: string | undefined;
  readonly protocol?: PolicyProtocol | undefined;
  readonly ports?: readonly PortRange[] | undefined;
  readonly portList?: string | undefined;
  readonly services?: readonly string[] | undefined;
  readonly sourcePorts?: PortRange | undefined;
  readonly peers: readonly PeerWord[];
  readonly own?: Prefix | undefined;
  readonly action: RuleAction;
  readonly priority: number;
  readonly nicType: NicType;
  readonly description?: string | undefined;
  /** Unix milliseconds. */
  readonly expires?: number | undefined;
}

export type GroupHead = z.output<typeof groupHeadSchema>;

export interface GroupEntry {
  readonly head: GroupHead | null;
  /** Null for a direction that is not managed. */
  readonly rules: Readonly<Record<Direction, ReadonlyArray<RuleEntry | null> | null>>;
}

export interface PolicyDocument {
  readonly networks: ReadonlyMap<string, readonly PeerWord[] | null>;
  readonly services: ReadonlyMap<string, readonly Traffic[] | null>;
  readonly groups: readonly GroupEntry[];
}

/** Takes any value apart as well as it goes. Silent: `checkShape` says what is wrong. */
export function documentOf(value: unknown): PolicyDocument {
  return {
    networks: entriesOf(field(value, 'networks'), networkSchema),
    services: entriesOf(field(value, 'services'), serviceSchema),
    groups: listOf(field(value, 'groups')).map(groupEntry),
  };
}

function groupEntry(value: unknown): GroupEntry {
  const rules = (direction: Direction): ReadonlyArray<RuleEntry | null> | null => {
    const list = field(value, direction);
    return list === undefined ? null : listOf(list).map((rule) => ruleEntry(direction, rule));
  };
  return {
    head: parsedOrNull(groupHeadSchema, value),
    rules: { ingress: rules('ingress'), egress: rules('egress') },
  };
}

/** In ingress `from` is the peer and `to` the own side; in egress it is the other way round. */
function ruleEntry(direction: Direction, value: unknown): RuleEntry | null {
  if (direction === 'ingress') {
    const rule = parsedOrNull(ingressRuleSchema, value);
    if (rule === null) return null;
    const { from: peers, to: own, ...rest } = rule;
    return { ...rest, peers, own };
  }
  const rule = parsedOrNull(egressRuleSchema, value);
  if (rule === null) return null;
  const { to: peers, from: own, ...rest } = rule;
  return { ...rest, peers, own };
}

/** Where a rule's peers and its own side are written. */
export const PEER_KEY: Readonly<Record<Direction, 'from' | 'to'>> = { ingress: 'from', egress: 'to' };
export const OWN_KEY: Readonly<Record<Direction, 'from' | 'to'>> = { ingress: 'to', egress: 'from' };

/** Null unless the group is told in exactly one way. */
export function selectorOf({ id, name, tags }: GroupHead): GroupSelector | null {
  const selectors: GroupSelector[] = [];
  if (id !== undefined) selectors.push({ kind: 'id', id });
  if (name !== undefined) selectors.push({ kind: 'name', name });
  if (tags !== undefined) selectors.push({ kind: 'tags', tags });
  const [selector = null, ...others] = selectors;
  return others.length === 0 ? selector : null;
}

function entriesOf<Schema extends z.ZodType>(
  value: unknown,
  schema: Schema,
): Map<string, z.output<Schema> | null> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map();
  return new Map(Object.entries(value).map(([name, entry]) => [name, parsedOrNull(schema, entry)]));
}

function parsedOrNull<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> | null {
  const result = schema.safeParse(value);
  return result.success ? result.data : null;
}

function field(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
