// The words that policy files are written in, as pieces of the schema: each text with a grammar of its own
// (ports, addresses, ids) comes out parsed, and carries what an editor shall know of it.
import { z } from 'zod';
import { MAX_PORT, type PortRange } from '../../model/ports.ts';
import { POLICY_PROTOCOLS } from '../../model/protocol.ts';
import { err, ok, type Result } from '../../model/result.ts';
import { quote, type Complaint } from '../read/complaint.ts';
import {
  badId,
  DEFINITION_NAME,
  GROUP_ID,
  parsePeerText,
  parsePrefixText,
  type PeerWord,
} from './peer-text.ts';
import { parsePortText, parseProtocolText, parseServiceText } from './port-text.ts';

type Meta = Parameters<z.ZodString['meta']>[0];

/** A text with a grammar of its own. What editors shall know of it is said of the text as written. */
export const textParsedBy = <T>(parse: (text: string) => Result<T, Complaint>, meta: Meta) =>
  z
    .string()
    .meta(meta)
    .transform((text, context): T => {
      const result = parse(text);
      if (result.ok) return result.value;
      const { code, message, hint } = result.error;
      context.addIssue({ code: 'custom', message, params: { code, hint } });
      return z.NEVER;
    });

export const shaped = (pattern: RegExp, complain: (text: string) => Complaint, meta: Meta) =>
  textParsedBy((text) => (pattern.test(text) ? ok(text) : err(complain(text))), {
    pattern: pattern.source,
    ...meta,
  });

/** One, or a list of one or more. */
export const oneOrMore = <Item extends z.ZodType>(item: Item, meta: Meta) =>
  z
    .union([item, z.array(item).min(1)])
    .meta(meta)
    .transform((value) =>
      Array.isArray(value) ? (value as Array<z.output<Item>>) : [value as z.output<Item>],
    );

/** A rule between keys. It is looked at even if single keys are wrong: all problems at once. */
export const failsWith = ({ code, message, hint }: Complaint) => ({
  error: message,
  params: { code, hint },
  when: ({ value }: { value: unknown }) =>
    typeof value === 'object' && value !== null && !Array.isArray(value),
});

export const countOf = (...values: unknown[]): number => values.filter((value) => value !== undefined).length;

export const definitionName = z.string().regex(DEFINITION_NAME);

export const peerText = textParsedBy(parsePeerText, {
  description: 'An address, a prefix, a security group, a prefix list, or the name of a network.',
  examples: ['203.0.113.0/24', '198.51.100.7', '2001:db8::/32', 'sg-bp1lb', 'pl-bp1cdn', 'office'],
});

export const groupId = shaped(GROUP_ID, (text) => badId(text, 'a security group'), {
  description: 'Id of a security group.',
  examples: ['sg-bp1web'],
});

const ownerId = shaped(
  /^\d{1,20}$/,
  (text) => ({
    code: 'bad-account-id',
    message: `${quote(text)} is not the id of an account`,
    hint: 'write the digits of the account id, in quotes',
  }),
  {
    description: 'Id of the account that owns the group: digits, in quotes. Absent: one of our own.',
    examples: ['1557809237701234'],
  },
);

const groupPeer = z
  .strictObject({ group: groupId, ownerId: ownerId.optional() })
  .transform(({ group, ownerId: owner }): PeerWord => ({
    kind: 'peer',
    peer: { kind: 'group', id: group, ownerId: owner ?? null },
  }));

export const peerItem = z.union([peerText, groupPeer]);

export const peers = (description: string) => oneOrMore(peerItem, { description });

export const ownSide = textParsedBy(parsePrefixText, {
  description: 'Own side: only members with such an address. Absent: every member.',
  examples: ['10.1.0.0/16'],
});

export const portItem = z.union([
  z
    .int()
    .min(1)
    .max(MAX_PORT)
    .transform((port): PortRange => ({ first: port, last: port })),
  textParsedBy(parsePortText, { examples: ['443', '8000-8100', '8000/8100', 'all'] }),
]);

export const protocol = textParsedBy(parseProtocolText, {
  description: 'tcp, udp, icmp (IPv4 only), icmpv6 (IPv6 only), gre, or all; in any letter case.',
  anyOf: [
    { enum: [...POLICY_PROTOCOLS] },
    { pattern: '^([tT][cC][pP]|[uU][dD][pP]|[iI][cC][mM][pP]([vV]6)?|[gG][rR][eE]|[aA][lL][lL])$' },
  ],
});

export const serviceText = textParsedBy(parseServiceText, {
  description: 'PROTOCOL/PORT, PROTOCOL/FIRST-LAST or PROTOCOL/all; only the protocol where it has no ports.',
  examples: ['tcp/443', 'udp/8000-8100', 'tcp/all', 'icmp'],
});

/** What rules and patterns of packets say of their traffic in the same words. */
export const trafficKeys = {
  protocol: protocol.optional(),
  ports: oneOrMore(portItem, {
    description: "The group's own ports in ingress, the far side's in egress. Only for tcp and udp.",
    examples: [443, '8000-8100', [80, 443]],
  }).optional(),
  services: oneOrMore(definitionName, {
    description: 'Names of services, instead of protocol and ports.',
    examples: ['web', ['web', 'ping']],
  }).optional(),
  sourcePorts: portItem.optional().meta({
    description: 'Source ports: one, or a range. Absent: any. Only for tcp and udp.',
  }),
};
