// Expectations and patterns of packets as written: names not yet resolved, broken parts undefined.
import type { z } from 'zod';
import { DIRECTIONS } from '../../../model/rule.ts';
import { field, hasUnknownKeys, isBroken, known, membersOf, optionalMembers, part } from '../parts.ts';
import { expectSchema, ingressPatternSchema, type patternSchema, whenUnknown } from './pattern-schema.ts';
import { definitionName, groupId, ownSide, peerItem, portItem } from '../schema-words.ts';
import { OWN_KEY, PEER_KEY } from '../side-keys.ts';

export type PatternEntry = NonNullable<ReturnType<typeof patternEntry>>;
export type ExpectEntry = ReturnType<typeof expectEntry>;

export function expectEntry(value: unknown) {
  const { shape } = expectSchema;
  const [accept, drop] = [field(value, 'accept'), field(value, 'drop')];
  const parts = {
    name: known(shape.name, field(value, 'name')),
    groups: membersOf(groupId, field(value, 'group')),
    unknown: known(whenUnknown, field(value, 'unknown')),
  };
  return {
    ...parts,
    accept: accept === undefined ? null : patternEntry(accept),
    drop: drop === undefined ? null : patternEntry(drop),
    isWhole: !hasUnknownKeys(value, shape) && !Object.values(parts).some(isBroken),
  };
}

/** Null if it is not certain which side is the far one. */
function patternEntry(value: unknown) {
  const direction = DIRECTIONS.find((each) => each === field(value, 'direction'));
  if (direction === undefined) return null;
  const { shape } = ingressPatternSchema;
  const parts = {
    protocol: part(shape.protocol, value, 'protocol'),
    ports: optionalMembers(portItem, field(value, 'ports')),
    services: optionalMembers(definitionName, field(value, 'services')),
    sourcePorts: part(shape.sourcePorts, value, 'sourcePorts'),
    peers: membersOf(peerItem, field(value, PEER_KEY[direction])),
    own: optionalMembers(ownSide, field(value, OWN_KEY[direction])),
  };
  const isWhole = !hasUnknownKeys(value, shape) && !Object.values(parts).some(isBroken);
  return { direction, ...parts, isWhole };
}

/** A pattern that the schema has checked, in the same form. */
export function checkedPatternEntry(pattern: z.output<typeof patternSchema>): PatternEntry {
  const { direction, protocol = null, ports = null, services = null, sourcePorts = null } = pattern;
  const own = pattern.direction === 'ingress' ? pattern.to : pattern.from;
  const peers = pattern.direction === 'ingress' ? pattern.from : pattern.to;
  return { direction, protocol, ports, services, sourcePorts, peers, own: own ?? null, isWhole: true };
}
