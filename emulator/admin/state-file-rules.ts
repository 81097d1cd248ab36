// Rules in a state file: the fields of DescribeSecurityGroupAttribute, most of them optional. What a file says
// is kept as it is written, odd but legal forms included (host bits, `tcp`), so that readers can be tried on them.
import { z } from 'zod';
import { canonicalIpv4, canonicalIpv6, type AddressForm } from '../rules/fields/address.ts';
import { inOrder } from '../rules/permission.ts';
import { canonicalPorts, NO_PORTS } from '../rules/fields/ports.ts';
import {
  canonicalProtocol,
  hasPorts,
  isRuleDescription,
  SYSTEM_PRIORITY,
} from '../rules/fields/rule-fields.ts';
import type { Direction, Permission } from '../state.ts';

const AS_WRITTEN: AddressForm = { hostBits: 'keep', bare: 'keep' };

const PRIORITY_HINT = `must be a number from 1 to 100, or ${SYSTEM_PRIORITY} for an old rule of the system`;

const block = (family: string, canonical: (value: string, form: AddressForm) => string | undefined) =>
  z
    .string()
    .refine(
      (value) => value === '' || canonical(value, AS_WRITTEN) !== undefined,
      `must be an ${family} block`,
    )
    .default('');

const ipv4 = block('IPv4', canonicalIpv4);
const ipv6 = block('IPv6', canonicalIpv6);
const reference = (prefix: string) =>
  z
    .string()
    .regex(new RegExp(`^$|^${prefix}-[\\w-]{1,64}$`), `must be an id such as ${prefix}-bp1web`)
    .default('');

const PROTOCOL_HINT = 'must be TCP, UDP, ICMP, ICMPv6, GRE, ALL or a number from 0 to 255';
const protocol = z
  .string(PROTOCOL_HINT)
  .refine((value) => canonicalProtocol(value) !== undefined, PROTOCOL_HINT);
const PORTS_HINT =
  'must be ports within 1/65535 such as 80/80, the first port first, or -1/-1 where there are none';
const ports = z
  .string(PORTS_HINT)
  .refine((value) => value === '' || value === NO_PORTS || canonicalPorts(value) === value, PORTS_HINT)
  .default('');
/** A number, or its digits as some answers have it. */
const priority = z
  .union(
    [
      z.int(),
      z
        .string()
        .regex(/^\d{1,3}$/)
        .transform(Number),
    ],
    { message: PRIORITY_HINT },
  )
  .refine((value) => (value >= 1 && value <= 100) || value === SYSTEM_PRIORITY, PRIORITY_HINT)
  .default(1);

/** Answers carry these too; a pasted answer may keep them, but they are looked up anyway. */
const NAMES: ReadonlySet<string> = new Set([
  'PortRangeListName',
  'SourceGroupName',
  'SourcePrefixListName',
  'DestGroupName',
  'DestPrefixListName',
]);

const withoutNames = (json: unknown): unknown =>
  typeof json === 'object' && json !== null && !Array.isArray(json)
    ? Object.fromEntries(Object.entries(json).filter(([field]) => !NAMES.has(field)))
    : json;

const fields = z.strictObject({
  SecurityGroupRuleId: z.string().regex(/^sgr-[\w-]{1,80}$/, 'must be an id such as sgr-bp1web'),
  Direction: z.enum(['ingress', 'egress'], { message: 'must be ingress or egress' }).optional(),
  IpProtocol: protocol,
  PortRange: ports,
  PortRangeListId: reference('prl'),
  SourcePortRange: ports,
  SourceCidrIp: ipv4,
  Ipv6SourceCidrIp: ipv6,
  SourceGroupId: reference('sg'),
  SourceGroupOwnerAccount: z.string().default(''),
  SourcePrefixListId: reference('pl'),
  DestCidrIp: ipv4,
  Ipv6DestCidrIp: ipv6,
  DestGroupId: reference('sg'),
  DestGroupOwnerAccount: z.string().default(''),
  DestPrefixListId: reference('pl'),
  Policy: z.enum(['Accept', 'Drop'], { message: 'must be Accept or Drop' }).default('Accept'),
  Priority: priority,
  NicType: z.enum(['intranet', 'internet'], { message: 'must be intranet or internet' }).optional(),
  Description: z.string().refine(isRuleDescription, 'must have 512 characters at most').default(''),
  CreateTime: z.iso.datetime({ message: 'must be a time such as 2024-05-01T08:00:00Z' }).optional(),
});

/** A rule without the facts that only its group can add. */
type FileRule = z.infer<typeof fields> & { readonly Direction: Direction };

/** Every field that a rule of a state file can have. */
export const RULE_KEYS = Object.keys(fields.shape);

export const fileRule = z
  .unknown()
  .transform(withoutNames)
  .pipe(fields)
  .transform((rule, context): FileRule => {
    const Direction = directionOf(rule);
    if (Direction === undefined) {
      context.addIssue({ code: 'custom', message: `needs a Direction: ${peersHint(rule)}` });
      return z.NEVER;
    }
    const whole = { ...rule, Direction };
    for (const message of problemsOf(whole)) context.addIssue({ code: 'custom', message });
    return whole;
  });

const PEERS = {
  ingress: ['SourceCidrIp', 'Ipv6SourceCidrIp', 'SourceGroupId', 'SourcePrefixListId'],
  egress: ['DestCidrIp', 'Ipv6DestCidrIp', 'DestGroupId', 'DestPrefixListId'],
} as const;

/** As written; else it follows from the one side that the rule has. */
function directionOf(rule: z.infer<typeof fields>): Direction | undefined {
  if (rule.Direction !== undefined) return rule.Direction;
  const [source, dest] = [PEERS.ingress, PEERS.egress].map((side) =>
    side.some((field) => rule[field] !== ''),
  );
  if (source === dest) return undefined;
  return source === true ? 'ingress' : 'egress';
}

const peersHint = (rule: z.infer<typeof fields>): string =>
  PEERS.ingress.some((field) => rule[field] !== '')
    ? 'write ingress or egress, because the rule has both sides'
    : `write a peer: ${PEERS.ingress.join(', ')} for ingress, ${PEERS.egress.join(', ')} for egress`;

const problemsOf = (rule: FileRule): string[] => [
  ...peerProblems(rule),
  ...familyProblems(rule),
  ...portProblems(rule),
];

function peerProblems(rule: FileRule): string[] {
  const own = rule.Direction === 'ingress' ? 'Dest' : 'Source';
  const peerFields = PEERS[rule.Direction];
  const given = peerFields.filter((field) => rule[field] !== '');
  const foreign = ([`${own}GroupId`, `${own}PrefixListId`] as const).filter((field) => rule[field] !== '');
  return [
    ...(given.length === 1 ? [] : [`must have exactly one of ${peerFields.join(', ')}`]),
    ...foreign.map((field) => `${field} does not belong to an ${rule.Direction} rule`),
  ];
}

function familyProblems(rule: FileRule): string[] {
  const ipv4 = rule.SourceCidrIp !== '' || rule.DestCidrIp !== '';
  const ipv6 = rule.Ipv6SourceCidrIp !== '' || rule.Ipv6DestCidrIp !== '';
  const protocol = canonicalProtocol(rule.IpProtocol);
  if (ipv4 && ipv6) return ['IPv4 and IPv6 cannot stand in one rule: write two'];
  if (protocol === 'ICMP' && ipv6) return ['ICMP is for IPv4: with IPv6 write ICMPv6'];
  if (protocol === 'ICMPV6' && ipv4) return ['ICMPv6 is for IPv6: with IPv4 write ICMP'];
  return [];
}

function portProblems({ IpProtocol, PortRange, PortRangeListId, SourcePortRange }: FileRule): string[] {
  const isNone = (range: string) => range === '' || range === NO_PORTS;
  if (!hasPorts(canonicalProtocol(IpProtocol) ?? IpProtocol)) {
    const none = isNone(PortRange) && isNone(SourcePortRange) && PortRangeListId === '';
    return none ? [] : [`${IpProtocol} has no ports: PortRange is -1/-1`];
  }
  if (PortRangeListId !== '') return PortRange === '' ? [] : ['must have PortRange or PortRangeListId'];
  return isNone(PortRange) ? [`${IpProtocol} needs ports within 1/65535`] : [];
}

/** What a rule takes from its group. */
export interface RuleDefaults {
  readonly vpcId: string;
  readonly createTime: string;
}

export function completeRule(rule: FileRule, defaults: RuleDefaults): Permission {
  const { NicType, CreateTime, ...rest } = rule;
  const portless = rest.PortRange === '' && rest.PortRangeListId === '';
  return inOrder({
    ...rest,
    PortRange: portless ? '-1/-1' : rest.PortRange,
    NicType: NicType ?? (defaults.vpcId === '' ? 'internet' : 'intranet'),
    CreateTime: CreateTime ?? defaults.createTime,
  });
}
