// Guardrails and expectations for tests, from the few words that a test says.
import type {
  Expectation,
  PacketPattern,
  PatternService,
} from '../../../reconciler/model/packets/pattern.ts';
import { INTERNET } from '../../../reconciler/model/packets/internet.ts';
import type { PortRange } from '../../../reconciler/model/ports.ts';
import { parsePolicyProtocol } from '../../../reconciler/model/protocol.ts';
import type { Direction } from '../../../reconciler/model/rule.ts';
import type { Deny } from '../../../reconciler/judge/verdict/guardrail.ts';
import { peer, prefix } from '../rule-sets.ts';

export interface PatternWords {
  readonly direction?: Direction;
  /** `tcp/22`, `tcp/1-1024`, `udp`, `all`. */
  readonly services?: readonly string[];
  /** Prefixes, `sg-…`, `pl-…`, `internet`, `anywhere`. */
  readonly peers?: readonly string[];
  readonly own?: readonly string[];
  readonly sourcePorts?: PortRange | null;
}

export function pattern(words: PatternWords): PacketPattern {
  const peers = words.peers ?? ['internet'];
  return {
    direction: words.direction ?? 'ingress',
    services: (words.services ?? ['tcp/22']).map(service),
    peers: peers.flatMap((text) => {
      if (text === 'internet') return [...INTERNET.ipv4, ...INTERNET.ipv6];
      return text === 'anywhere' ? [prefix('0.0.0.0/0'), prefix('::/0')] : [peer(text)];
    }),
    namesInternet: peers.includes('internet'),
    own: (words.own ?? []).map(prefix),
    sourcePorts: words.sourcePorts ?? null,
  };
}

function service(text: string): PatternService {
  const [name = '', ports] = text.split('/');
  const protocol = parsePolicyProtocol(name);
  if (protocol === null) throw new Error(`no protocol ${name}`);
  if (ports === undefined) return { protocol, ports: null };
  const [first = '', last = first] = ports.split('-');
  return { protocol, ports: { first: Number(first), last: Number(last) } };
}

/** Tolerates 16/32 of the internet and nothing else, unless it is said. */
export function guardrail(
  words: PatternWords & Partial<Omit<Deny, 'what'>> & { tolerate?: Deny['what']['tolerate'] },
): Deny {
  const denied = pattern(words);
  const nothing = { ipv4: null, ipv6: null };
  return {
    id: 'no-ssh',
    severity: 'error',
    groups: {},
    message: '',
    exempt: [],
    unknown: 'report',
    source: { file: 'config.yaml', line: 1, column: 1 },
    ...words,
    what: {
      kind: 'deny',
      pattern: denied,
      tolerate: words.tolerate ?? (denied.namesInternet ? { ipv4: 16, ipv6: 32 } : nothing),
    },
  };
}

export function expectation(
  kind: Expectation['kind'],
  words: PatternWords & Partial<Expectation>,
): Expectation {
  return {
    name: 'as it should be',
    groups: ['sg-self'],
    unknown: 'report',
    source: { file: 'web.yaml', line: 1, column: 1 },
    ...words,
    kind,
    pattern: pattern(words),
  };
}
