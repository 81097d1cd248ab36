import type { Direction } from '../../model/rule.ts';

/** In ingress `from` is the peer and `to` the own side; in egress it is the other way round. */
export const PEER_KEY: Readonly<Record<Direction, 'from' | 'to'>> = { ingress: 'from', egress: 'to' };
export const OWN_KEY: Readonly<Record<Direction, 'from' | 'to'>> = { ingress: 'to', egress: 'from' };
