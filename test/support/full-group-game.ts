// Every order of single calls that a full group can take, tried out breadth first: whether any leads from the old rules to
// the new ones without a hit. It keeps its own books of what is there, of what the API forbids, and of who decides which
// packet; of the planner it knows the types only. A batch adds nothing: what a batch may pass through are single calls.
import type { GroupContext } from '../../reconciler/exposure/engine/context.ts';
import type { Packet } from '../../reconciler/exposure/engine/packet.ts';
import type { Rule } from '../../reconciler/model/rule.ts';
import { oracleMatches } from './packet-oracle.ts';
import { everyPacketClass } from './packets.ts';

/** A change of a group, and what it may take. */
export interface FullGroup {
  readonly context: GroupContext;
  /** What the group holds; may hold one rule twice. */
  readonly before: readonly Rule[];
  readonly after: readonly Rule[];
  readonly slots: number;
  /** Most rules that name a group. */
  readonly groupSlots: number;
  /** How many slots a rule takes that names the list; one if the list is not here. */
  readonly listSizes: Readonly<Record<string, number>>;
  /** Whether rules are modified that differ in more than their priority. */
  readonly mayModify: boolean;
  /** Whether no other group adds rules on the same interfaces. */
  readonly alone: boolean;
}

/** What decides one class of packets: the best unchanged rule, and the changed ones that match, as bits. */
interface Cell {
  readonly common: number;
  readonly matching: number;
}

const rank = (rule: Rule): number => 2 * rule.priority + (rule.action === 'accept' ? 1 : 0);
const accepts = (value: number): boolean => value % 2 === 1;

/** A state is a set of changed rules, as bits: those that are there. */
export class FullGroupGame {
  readonly changed: readonly Rule[];
  readonly start: number;
  readonly end: number;
  readonly #group: FullGroup;
  readonly #common: readonly Rule[];
  readonly #cells: readonly Cell[];
  readonly #strangers: readonly number[];
  /** Of each changed rule, the changed ones beside which it cannot be added, as bits; null: beside an unchanged one. */
  readonly #rivals: ReadonlyArray<number | null>;
  readonly #safe = new Map<number, boolean>();

  /** `packets`: what counts; all if absent. */
  constructor(group: FullGroup, packets?: readonly Packet[]) {
    this.#group = group;
    const olds = unmatched(group.before, group.after);
    const news = unmatched(group.after, group.before);
    this.#common = group.before.filter((rule) => !olds.includes(rule));
    this.changed = [...olds, ...news];
    this.start = 2 ** olds.length - 1;
    this.end = 2 ** this.changed.length - 1 - this.start;
    this.#cells = this.#cellsOf(
      packets ?? everyPacketClass([...this.#common, ...this.changed], group.context),
    );
    // Of strangers that no rule of ours tells apart one is enough.
    this.#strangers = group.alone
      ? [Infinity]
      : [...new Set(this.changed.flatMap((rule) => [-1, 0, 1].map((step) => rank(rule) + step))), Infinity];
    this.#rivals = this.changed.map((rule) => this.#rivalsOf(rule));
  }

  #cellsOf(packets: Iterable<Packet>): Cell[] {
    const { context } = this.#group;
    const cells = new Map<string, Cell>();
    for (const packet of packets) {
      const isOpen = packet.direction === 'egress' && context.type === 'normal';
      const ranks = this.#common.filter((rule) => oracleMatches(rule, packet, context)).map(rank);
      const matching = this.changed.reduce(
        (bits, rule, at) => (oracleMatches(rule, packet, context) ? bits | (1 << at) : bits),
        0,
      );
      if (matching === 0) continue;
      const cell = { common: Math.min(isOpen ? 1001 : 1000, ...ranks), matching };
      cells.set(`${cell.common} ${cell.matching}`, cell);
    }
    return [...cells.values()];
  }

  /**
   * The cloud takes no rule that it has, and may take one for another that differs in priority only: then it does nothing,
   * unless the group shows, or the policy takes for granted, that it can hold both.
   */
  #rivalsOf(rule: Rule): number | null {
    const { before, after } = this.#group;
    const key = textOf({ ...rule, priority: 1 });
    const isTwin = (other: Rule): boolean => textOf({ ...other, priority: 1 }) === key;
    const holdsTwins = [before, after].some((rules) => rules.filter(isTwin).length > 1);
    const isRival = (other: Rule): boolean => (holdsTwins ? textOf(other) === textOf(rule) : isTwin(other));
    if (this.#common.some(isRival)) return null;
    return this.changed.reduce(
      (bits, other, at) => (other !== rule && isRival(other) ? bits | (1 << at) : bits),
      0,
    );
  }

  /** Whether some order without a hit leads from the old rules to the new ones. */
  isPossible(): boolean {
    let frontier = [this.start];
    const seen = new Set(frontier);
    while (frontier.length > 0) {
      if (seen.has(this.end)) return true;
      frontier = frontier
        .flatMap((state) => this.#next(state))
        .filter((state) => !seen.has(state) && seen.add(state));
    }
    return false;
  }

  #next(state: number): number[] {
    const numbers = this.changed.map((_, at) => at);
    const there = numbers.filter((at) => (state & (1 << at)) !== 0);
    const away = numbers.filter((at) => (state & (1 << at)) === 0);
    const authorized = away.flatMap((coming) => this.#with(state, coming));
    const revoked = there.map((going) => state & ~(1 << going));
    const modified = there.flatMap((going) =>
      away
        .filter((coming) => this.#canModify(this.changed[going], this.changed[coming]))
        .flatMap((coming) => this.#with(state & ~(1 << going), coming)),
    );
    return [...authorized, ...revoked, ...modified].filter((next) => this.#fits(next) && this.isSafe(next));
  }

  #with(state: number, coming: number): number[] {
    const rivals = this.#rivals[coming] ?? null;
    return rivals === null || (state & rivals) !== 0 ? [] : [state | (1 << coming)];
  }

  #fits(state: number): boolean {
    const { listSizes, slots, groupSlots } = this.#group;
    const held = [...this.#common, ...this.changed.filter((_, at) => (state & (1 << at)) !== 0)];
    const sizeOf = (named: object): number => ('id' in named ? (listSizes[String(named.id)] ?? 1) : 1);
    const taken = held.reduce((sum, { peer, ports }) => sum + sizeOf(peer) * sizeOf(ports), 0);
    return taken <= slots && held.filter(({ peer }) => peer.kind === 'group').length <= groupSlots;
  }

  /** Whether each packet is decided as before or as after, whatever one rule of another group adds. */
  isSafe(state: number): boolean {
    const known = this.#safe.get(state);
    if (known !== undefined) return known;
    const isSafe = this.#cells.every((cell) => {
      const [before, after, now] = [this.start, this.end, state].map((bits) => this.#best(cell, bits));
      return this.#strangers.every((stranger) => {
        const decision = (value = 0): boolean => accepts(stranger < value ? stranger : value);
        return decision(now) === decision(before) || decision(now) === decision(after);
      });
    });
    this.#safe.set(state, isSafe);
    return isSafe;
  }

  #best({ common, matching }: Cell, state: number): number {
    const ranks = this.changed.flatMap((rule, at) =>
      (state & matching & (1 << at)) !== 0 ? [rank(rule)] : [],
    );
    return Math.min(common, ...ranks);
  }

  /** What ModifySecurityGroupRule may do, and that no rule is to bear the text of another one. */
  #canModify(from: Rule | undefined, to: Rule | undefined): boolean {
    if (from === undefined || to === undefined) return false;
    if (textOf({ ...from, priority: 1 }) === textOf({ ...to, priority: 1 })) return true;
    return this.#group.mayModify && keepsWhatIsFixed(from, to) && canBecome(from.peer, to.peer);
  }
}

/** No field is emptied, and no text of one rule is left on another. */
const keepsWhatIsFixed = (from: Rule, to: Rule): boolean =>
  from.direction === to.direction &&
  from.nicType === to.nicType &&
  (from.ports.kind === 'list') === (to.ports.kind === 'list') &&
  (from.sourcePorts === null || to.sourcePorts !== null) &&
  (from.own === null || from.own.kind === to.own?.kind) &&
  (from.description === null || to.description !== null);

/** A peer keeps its kind; a list is never another one, and the owner of a group is not emptied. */
function canBecome(from: Rule['peer'], to: Rule['peer']): boolean {
  if (from.kind === 'prefixList') return to.kind === 'prefixList' && from.id === to.id;
  if (from.kind === 'group' && to.kind === 'group') {
    return from.id === to.id || from.ownerId === null || to.ownerId !== null;
  }
  return from.kind === to.kind;
}

/** All but the description. */
const textOf = (rule: Rule): string =>
  JSON.stringify({ ...rule, description: null }, (key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : key === 'ownerId' ? undefined : value,
  );

/** Those without a partner among the others, one to one. */
function unmatched(rules: readonly Rule[], others: readonly Rule[]): Rule[] {
  const left = others.map(textOf);
  return rules.filter((rule) => {
    const at = left.indexOf(textOf(rule));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
