// The words of guardrails and expectations: which packets are meant, and what is said of them.
import type { Peer } from '../peer.ts';
import type { PortRange } from '../ports.ts';
import type { Prefix } from '../prefix.ts';
import type { SourcePlace } from '../problem.ts';
import type { Protocol } from '../protocol.ts';
import type { Direction } from '../rule.ts';

export interface PatternService {
  readonly protocol: Protocol;
  /** Null: every port, or the protocol has none. */
  readonly ports: PortRange | null;
}

/** A set of packets: every combination of a service and a peer. */
export interface PacketPattern {
  readonly direction: Direction;
  /** One or more. */
  readonly services: readonly PatternService[];
  /** One or more; the built-in names are resolved to their prefixes. */
  readonly peers: readonly Peer[];
  /** Whether the built-in name `internet` is among the peers: then a guardrail tolerates 16/32 unless it says otherwise. */
  readonly namesInternet: boolean;
  /** The group's own side; empty: every member. */
  readonly own: readonly Prefix[];
  /** Null: any. */
  readonly sourcePorts: PortRange | null;
}

/** What becomes of a judgement that cannot be made, as of a list that could not be read. */
export type WhenUnknown = 'report' | 'block';

/** Which groups are meant. Every key that is there must match; a key with several values takes any of them. */
export interface GroupScope {
  readonly ids?: readonly string[];
  /** Globs. */
  readonly names?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly accounts?: readonly string[];
  readonly regions?: readonly string[];
}

export interface Exemption {
  /** Id of the group. */
  readonly group: string;
  readonly reason: string;
  /** Unix milliseconds; null: without an end. */
  readonly untilMs: number | null;
}

export interface Guardrail {
  /** Unique in the config. */
  readonly id: string;
  readonly what:
    | {
        readonly kind: 'deny';
        readonly pattern: PacketPattern;
        /** As many exposed addresses as these prefix lengths hold are tolerated; null: none. */
        readonly tolerate: { readonly ipv4: number | null; readonly ipv6: number | null };
      }
    /** A CEL expression that must be true of each desired rule. */
    | { readonly kind: 'rule'; readonly expression: string };
  readonly severity: 'error' | 'warning';
  readonly groups: GroupScope;
  readonly message: string;
  readonly exempt: readonly Exemption[];
  readonly unknown: WhenUnknown;
  readonly source: SourcePlace;
}

export interface Expectation {
  readonly name: string;
  /** Ids of groups. */
  readonly groups: readonly string[];
  /** `accept`: every packet is accepted; `drop`: none is. */
  readonly kind: 'accept' | 'drop';
  readonly pattern: PacketPattern;
  readonly unknown: WhenUnknown;
  readonly source: SourcePlace;
}
