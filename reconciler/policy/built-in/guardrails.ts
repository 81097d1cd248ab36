// Guardrails under the ids that people search for: of the CIS benchmark, Checkov, Prowler and Cloud Config. Each denies
// the traffic that its namesake is about; docs/guardrails.md says what each looks at, its source, and where ours differs.
import { DEFAULT_TOLERANCE } from '../../model/packets/internet.ts';
import type { Guardrail, PacketPattern, PatternService } from '../../model/packets/pattern.ts';
import type { PortRange } from '../../model/ports.ts';
import type { Direction } from '../../model/rule.ts';
import { builtInPeers, INTERNET_NAME } from './networks.ts';

export type BuiltInGuardrail = Pick<Guardrail, 'what' | 'severity' | 'message'>;

const MESSAGE = {
  ssh: 'Let people in through a bastion or a VPN, not from the internet.',
  rdp: 'Let people in through a bastion or a VPN, not from the internet.',
  service: 'Name the networks that need this service; the internet is not one.',
  everything: 'Name the protocols and ports that are needed.',
  listed: 'Publish only the ports that are meant for the internet.',
  egress: 'Name where members may connect to, and drop the rest.',
  described: 'Give every rule a description: why it is there, and for whom.',
} as const;

/**
 * What only a rule for all protocols lets through: a policy cannot name this one by itself (IANA keeps it for
 * experiments), so it is exposed just where every protocol is.
 */
const EVERY_PROTOCOL: readonly PatternService[] = [{ protocol: '253', ports: null }];

const port = (number: number): PortRange => ({ first: number, last: number });

const services = (protocol: 'tcp' | 'udp', ranges: readonly PortRange[]): PatternService[] =>
  ranges.map((ports) => ({ protocol, ports }));

const tcp = (...ports: readonly number[]): PatternService[] => services('tcp', ports.map(port));

const patternOf = (
  direction: Direction,
  network: string,
  meant: readonly PatternService[],
): PacketPattern => ({
  direction,
  services: meant,
  peers: builtInPeers(network) ?? [],
  namesInternet: network === INTERNET_NAME,
  own: [],
  sourcePorts: null,
});

const denied = (pattern: PacketPattern, message: string): BuiltInGuardrail => ({
  what: {
    kind: 'deny',
    pattern,
    tolerate: pattern.namesInternet ? DEFAULT_TOLERANCE : { ipv4: null, ipv6: null },
  },
  severity: 'error',
  message,
});

const fromInternet = (meant: readonly PatternService[], message: string): BuiltInGuardrail =>
  denied(patternOf('ingress', INTERNET_NAME, meant), message);

const ruled = (expression: string, message: string): BuiltInGuardrail => ({
  what: { kind: 'rule', expression },
  severity: 'warning',
  message,
});

const SSH = fromInternet(tcp(22), MESSAGE.ssh);
const RDP = fromInternet(tcp(3389), MESSAGE.rdp);
const EVERYTHING = fromInternet(EVERY_PROTOCOL, MESSAGE.everything);

/** Every port but those that may be published. */
const UNLISTED: readonly PortRange[] = [
  { first: 1, last: 79 },
  { first: 81, last: 442 },
  { first: 444, last: 65535 },
];

/** By what Prowler calls the service, in `ecs_securitygroup_restrict_NAME_internet`. */
const PROWLER_PORTS: Readonly<Record<string, readonly number[]>> = {
  cassandra: [7199, 8888, 9160],
  elasticsearch_kibana: [5601, 9200, 9300],
  ftp: [20, 21],
  high_risk_ports: [25, 110, 135, 143, 445, 3000, 4333, 5000, 5500, 8080, 8088],
  kafka: [9092],
  memcached: [11211],
  mongodb: [27017, 27018],
  mysql: [3306],
  oracle: [1521, 2483],
  postgresql: [5432],
  redis: [6379],
  sql_server: [1433, 1434],
  telnet: [23],
};

const PROWLER = Object.entries(PROWLER_PORTS).map(
  ([name, ports]) => [prowlerId(name), fromInternet(tcp(...ports), MESSAGE.service)] as const,
);

function prowlerId(name: string): string {
  return `ecs_securitygroup_restrict_${name}_internet`;
}

const GUARDRAILS: ReadonlyMap<string, BuiltInGuardrail> = new Map<string, BuiltInGuardrail>([
  ['cis-alibaba-4.3', SSH],
  ['cis-alibaba-4.4', RDP],
  ['CKV_ALI_2', SSH],
  ['CKV_ALI_3', RDP],
  [prowlerId('ssh'), SSH],
  [prowlerId('rdp'), RDP],
  [prowlerId('all_ports'), EVERYTHING],
  ...PROWLER,
  ['sg-public-access-check', EVERYTHING],
  [
    'ecs-security-group-not-open-all-port',
    {
      ...ruled(
        'rule.direction != "ingress" || rule.action != "accept" || ' +
          '(rule.protocol != "all" && !(rule.ports.first == 1 && rule.ports.last == 65535))',
        MESSAGE.everything,
      ),
      severity: 'error',
    },
  ],
  [
    'ecs-security-group-not-open-all-protocol',
    denied(patternOf('ingress', 'anywhere', EVERY_PROTOCOL), MESSAGE.everything),
  ],
  [
    'ecs-security-group-risky-ports-check-with-protocol',
    fromInternet([...tcp(22, 3389), ...services('udp', [port(22), port(3389)])], MESSAGE.service),
  ],
  [
    'ecs-security-group-white-list-port-check',
    fromInternet([...services('tcp', UNLISTED), ...services('udp', UNLISTED)], MESSAGE.listed),
  ],
  [
    'ecs-security-group-egress-not-all-access',
    denied(patternOf('egress', INTERNET_NAME, EVERY_PROTOCOL), MESSAGE.egress),
  ],
  ['ecs-security-group-description-check', ruled('rule.description != ""', MESSAGE.described)],
]);

export const BUILT_IN_GUARDRAIL_IDS: readonly string[] = [...GUARDRAILS.keys()];

export const builtInGuardrail = (id: string): BuiltInGuardrail | null => GUARDRAILS.get(id) ?? null;
