// A policy file taken apart, down to single keys and list members, so that a mistake in one of them does not
// hide the mistakes in the others. Null: not there. Undefined: it is there but broken, and has been reported.
import type { z } from 'zod';
import type { GroupSelector } from '../../model/group.ts';
import type { Direction } from '../../model/rule.ts';
import { isForeignRule } from './mistakes/foreign-rule.ts';
import { ignorePatternSchema } from './ignore-schema.ts';
import {
  field,
  hasUnknownKeys,
  isBroken,
  known,
  listOf,
  membersOf,
  optionalMembers,
  part,
  setsOf,
} from './parts.ts';
import { expectEntry } from './pattern/pattern-entry.ts';
import { MAX_EXPECTATIONS } from './pattern/pattern-schema.ts';
import { egressRuleSchema, groupSchema, ingressRuleSchema, MAX_IGNORE_PATTERNS } from './schema.ts';
import { OWN_KEY, PEER_KEY } from './side-keys.ts';
import { definitionName, peerItem, peerText, portItem, serviceText } from './schema-words.ts';

export type PolicyDocument = ReturnType<typeof documentOf>;
export type GroupEntry = ReturnType<typeof groupEntry>;
export type IgnoreEntry = z.output<typeof ignorePatternSchema>;
/** A rule as written: lists not yet multiplied, names not yet resolved. */
export type RuleEntry = ReturnType<typeof ruleEntry>;

/** Takes any value apart as well as it goes. Silent: `checkShape` says what is wrong. */
export function documentOf(value: unknown) {
  return {
    networks: setsOf(field(value, 'networks'), peerText),
    services: setsOf(field(value, 'services'), serviceText),
    groups: listOf(field(value, 'groups')).map(groupEntry),
    expect: listOf(field(value, 'expect')).slice(0, MAX_EXPECTATIONS).map(expectEntry),
  };
}

function groupEntry(value: unknown) {
  const { shape } = groupSchema;
  /** Null for a direction that is not managed. */
  const rules = (direction: Direction): readonly RuleEntry[] | null => {
    const list = field(value, direction);
    return list === undefined ? null : listOf(list).map((rule) => ruleEntry(direction, rule));
  };
  return {
    /** An unknown key may be any of the others, misspelt. */
    hasUnknownKeys: hasUnknownKeys(value, shape),
    selector: selectorOf(value),
    region: known(shape.region, field(value, 'region')),
    account: known(shape.account, field(value, 'account')),
    mode: part(shape.mode, value, 'mode'),
    alone: known(shape.alone, field(value, 'alone')),
    ownership: known(shape.ownership, field(value, 'ownership')),
    ignore: listOf(field(value, 'ignore'))
      .slice(0, MAX_IGNORE_PATTERNS)
      .map((pattern) => known(ignorePatternSchema, pattern)),
    rules: { ingress: rules('ingress'), egress: rules('egress') },
  };
}

/** Undefined unless exactly one of id, name and tags is there. */
function selectorOf(value: unknown): GroupSelector | undefined {
  const { shape } = groupSchema;
  const id = part(shape.id, value, 'id');
  const name = part(shape.name, value, 'name');
  const tags = part(shape.tags, value, 'tags');
  if ([id, name, tags].filter((each) => each !== null).length !== 1) return undefined;
  if (typeof id === 'string') return { kind: 'id', id };
  if (typeof name === 'string') return { kind: 'name', name };
  return tags ? { kind: 'tags', tags } : undefined;
}

function ruleEntry(direction: Direction, written: unknown) {
  // Nothing is known of a rule whose words are those of another tool.
  const value = isForeignRule(written) ? null : written;
  const { shape } = ingressRuleSchema;
  const own = direction === 'ingress' ? ingressRuleSchema.shape.to : egressRuleSchema.shape.from;
  const parts = {
    name: part(shape.name, value, 'name'),
    protocol: part(shape.protocol, value, 'protocol'),
    ports: optionalMembers(portItem, field(value, 'ports')),
    portList: part(shape.portList, value, 'portList'),
    services: optionalMembers(definitionName, field(value, 'services')),
    sourcePorts: part(shape.sourcePorts, value, 'sourcePorts'),
    peers: membersOf(peerItem, field(value, PEER_KEY[direction])),
    own: part(own, value, OWN_KEY[direction]),
    action: known(shape.action, field(value, 'action')),
    priority: known(shape.priority, field(value, 'priority')),
    nicType: known(shape.nicType, field(value, 'nicType')),
    description: part(shape.description, value, 'description'),
    expires: part(shape.expires, value, 'expires'),
  };
  const isUnknown = hasUnknownKeys(written, shape);
  // One that is not whole only serves to find more problems.
  return { ...parts, hasUnknownKeys: isUnknown, isWhole: !isUnknown && !Object.values(parts).some(isBroken) };
}
