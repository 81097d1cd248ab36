// What of a group the internet reaches as it stands, for people who look at many groups: most let in none of it, which is
// seen without an exploration.
import type { GroupContext } from '../exposure/engine/context.ts';
import { FAMILIES } from '../exposure/engine/universe.ts';
import { DEFAULT_TOLERANCE, INTERNET } from '../model/packets/internet.ts';
import { addressBits, type Family } from '../model/prefix.ts';
import type { Rule } from '../model/rule.ts';
import { addressCount, addressSpans, commonSpans } from './count/measure.ts';
import { openedToInternet, type Openings } from './opening.ts';

/** The services at which more of `internet` gets in than is tolerated by default. */
export function exposedToInternet(rules: readonly Rule[], context: GroupContext): Openings {
  const accepts = rules.filter(({ direction, action }) => direction === 'ingress' && action === 'accept');
  const isExposed = FAMILIES.some((family) => mayExceed(accepts, family));
  return isExposed ? openedToInternet([], rules, context) : { opened: [], exact: true };
}

/** Whether all accepts together take more of it than is tolerated, were there no drops. */
function mayExceed(accepts: readonly Rule[], family: Family): boolean {
  const peers = accepts.flatMap(({ peer }) => (peer.kind === family ? [peer] : []));
  const met = commonSpans(addressSpans(peers, family), addressSpans(INTERNET[family], family));
  return addressCount(met) > 1n << BigInt(addressBits(family) - DEFAULT_TOLERANCE[family]);
}
