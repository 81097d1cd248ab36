// Judges states by what becomes of some packets, whatever happens to all others.
import type { Verdict } from '../../exposure/ask/verdict.ts';
import { matches } from '../../exposure/ask/matches.ts';
import { defaultAction, type GroupContext } from '../../exposure/engine/context.ts';
import type { Packet } from '../../exposure/engine/packet.ts';
import { ruleRank } from '../../model/rule.ts';
import { brokenBy, defaultRank, type Promised, type StateJudge } from '../proof/transition.ts';
import type { RuleOnTheWay } from './search-state.ts';

/** A rule that matches a packet. */
interface Decider extends RuleOnTheWay {
  readonly number: number;
  readonly rank: number;
}

interface JudgedPacket {
  readonly packet: Packet;
  /** The strongest first. */
  readonly deciders: readonly Decider[];
  readonly fallback: number;
}

export class PacketJudge implements StateJudge {
  readonly #judged: readonly JudgedPacket[];
  readonly #alone: boolean;

  constructor(
    packets: readonly Packet[],
    rules: readonly RuleOnTheWay[],
    { context, alone }: { readonly context: GroupContext; readonly alone: boolean },
  ) {
    this.#alone = alone;
    const ranked = rules
      .map((item, number): Decider => ({ ...item, number, rank: ruleRank(item.rule) }))
      .sort((a, b) => a.rank - b.rank);
    this.#judged = packets.map((packet) => ({
      packet,
      deciders: ranked.filter(({ rule }) => matches(rule, packet, context)),
      fallback: defaultRank(defaultAction(context, packet.direction)),
    }));
  }

  verdict(now: Uint8Array, within: number, promised: Promised): Verdict {
    const isBroken = brokenBy(promised, this.#alone);
    for (const { packet, deciders, fallback } of this.#judged) {
      if (deciders.every(({ number }) => number !== within)) continue;
      const rankOf = (isThere: (decider: Decider) => boolean): number =>
        deciders.find(isThere)?.rank ?? fallback;
      const before = rankOf((decider) => decider.before);
      const after = rankOf((decider) => decider.after);
      const witness = packet;
      if (
        isBroken(
          before,
          after,
          rankOf(({ number }) => now[number] === 1),
        )
      )
        return { kind: 'fails', witness };
    }
    return { kind: 'holds' };
  }
}
