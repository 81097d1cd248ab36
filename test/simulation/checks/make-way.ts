// (f) Nothing is revoked while a rule that it makes way for is not there: when a plan that promises to be hitless
// sends a Revoke, every rule that one of its Authorizes was told yes for, and that could match a packet of what is
// revoked, has been seen in the group since. (A rule that can meet none of them decides nothing again by their
// going: parts of a plan that share no packet may come one after the other without a look in between. That the plan
// asks for its rules at all before it revokes, and that they really stand, follows from (a). Reads may lag: what
// someone else did to the rules meanwhile the daemon cannot know.)
import type { Peer } from '../../../reconciler/model/peer.ts';
import type { PortRange, Ports } from '../../../reconciler/model/ports.ts';
import type { Rule } from '../../../reconciler/model/rule.ts';
import type { Check, Fail, SentCall } from '../facts.ts';
import type { PlanWatch } from './plan-watch.ts';

export class MakeWayCheck implements Check {
  readonly #plans: PlanWatch;
  readonly #fail: Fail;

  constructor(plans: PlanWatch, fail: Fail) {
    this.#plans = plans;
    this.#fail = fail;
  }

  sent(call: SentCall): void {
    if (!call.operation.startsWith('Revoke')) return;
    const plan = this.#plans.current(call);
    if (plan?.fact.hitless !== true) return;
    const going = this.#plans.revokedBy(call);
    const unseen = [...plan.brought]
      .filter(([identity]) => !plan.seenSince.has(identity))
      .filter(([, brought]) => going === null || going.some((rule) => mayMeet(rule, brought)))
      .map(([identity]) => identity);
    if (unseen.length > 0) {
      this.#fail('(f) make way', `${call.group}: revokes without having seen ${unseen.join(', ')}`);
    }
  }
}

/** False only if no packet can match both. A group or a list may hold any address. */
export function mayMeet(a: Rule, b: Rule): boolean {
  return (
    a.direction === b.direction &&
    a.nicType === b.nicType &&
    (a.protocol === b.protocol || a.protocol === 'all' || b.protocol === 'all') &&
    portsMeet(rangeOf(a.ports), rangeOf(b.ports)) &&
    portsMeet(a.sourcePorts, b.sourcePorts) &&
    peersMeet(a.peer, b.peer) &&
    peersMeet(a.own, b.own)
  );
}

const rangeOf = (ports: Ports): PortRange | null => (ports.kind === 'range' ? ports : null);

/** Null stands for any port. */
const portsMeet = (a: PortRange | null, b: PortRange | null): boolean =>
  a === null || b === null || (a.first <= b.last && b.first <= a.last);

/** Null stands for any address. */
function peersMeet(a: Peer | null, b: Peer | null): boolean {
  if (a === null || b === null || 'id' in a || 'id' in b) return true;
  if (a.kind !== b.kind) return false;
  const shift = BigInt((a.kind === 'ipv4' ? 32 : 128) - Math.min(a.length, b.length));
  return a.address >> shift === b.address >> shift;
}
