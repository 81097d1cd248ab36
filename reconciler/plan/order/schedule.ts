// Packs items into calls so that whatever must come first comes in an earlier call.

export interface ScheduleOptions<T> {
  /** Whether `first` must be done before `later`. Asked only of items in the order in which they are given. */
  readonly precedes: (first: T, later: T) => boolean;
  /** Whether the item may share a call with others of its kind; else it is a call of its own. */
  readonly isBatched: (item: T) => boolean;
  readonly batchSize: number;
  /** Whether an item may go before what should precede it, as things are after the calls so far. */
  readonly mayGoEarly: (item: T) => boolean;
  /** Told of each call, in order. */
  readonly onCall: (call: readonly T[]) => void;
  /** If a batch takes effect as a whole, an item and what must precede it may share one. */
  readonly batchesAtomic: boolean;
}

interface Node<T> {
  readonly item: T;
  readonly later: Array<Node<T>>;
  /** How many undone items must still precede this one. */
  waitingFor: number;
  /** Length of the longest chain of items that wait for this one. */
  chain: number;
}

/**
 * The calls in order, each with at least one item. Single calls are made as soon as they may be, as they
 * cost the same at any time and may let others into the next batch. Of more items than fit in a batch, those
 * with the longest chain behind them go first.
 */
export function schedule<T>(items: readonly T[], options: ScheduleOptions<T>): T[][] {
  let undone = dependencies(items, options.precedes);
  const calls: T[][] = [];
  while (undone.length > 0) {
    const call = nextSingle(undone, options) ?? nextBatch(undone, options);
    const items = call.map((node) => node.item);
    options.onCall(items);
    calls.push(items);
    const done = new Set(call);
    undone = undone.filter((node) => !done.has(node));
  }
  return calls;
}

function dependencies<T>(items: readonly T[], precedes: (first: T, later: T) => boolean): Array<Node<T>> {
  const nodes = items.map((item): Node<T> => ({ item, later: [], waitingFor: 0, chain: 0 }));
  for (const [index, node] of [...nodes.entries()].reverse()) {
    for (const other of nodes.slice(index + 1)) {
      if (!precedes(node.item, other.item)) continue;
      node.later.push(other);
      other.waitingFor += 1;
      node.chain = Math.max(node.chain, other.chain + 1);
    }
  }
  return nodes;
}

function nextSingle<T>(undone: ReadonlyArray<Node<T>>, options: ScheduleOptions<T>): Array<Node<T>> | null {
  const single = undone.find((node) => !options.isBatched(node.item) && mayGo(node, options));
  if (single === undefined) return null;
  release(single);
  return [single];
}

function nextBatch<T>(undone: ReadonlyArray<Node<T>>, options: ScheduleOptions<T>): Array<Node<T>> {
  const batch = options.batchesAtomic ? atomicBatch(undone, options) : independentBatch(undone, options);
  if (batch.length === 0) throw new Error('the items to schedule wait for each other');
  return batch;
}

function atomicBatch<T>(undone: ReadonlyArray<Node<T>>, options: ScheduleOptions<T>): Array<Node<T>> {
  const batch: Array<Node<T>> = [];
  for (const node of undone) {
    if (batch.length === options.batchSize) break;
    if (node.waitingFor > 0 || !options.isBatched(node.item)) continue;
    batch.push(node);
    release(node);
  }
  return batch;
}

function independentBatch<T>(undone: ReadonlyArray<Node<T>>, options: ScheduleOptions<T>): Array<Node<T>> {
  const ready = undone.filter((node) => options.isBatched(node.item) && mayGo(node, options));
  const urgent = [...ready].sort((a, b) => b.chain - a.chain).slice(0, options.batchSize);
  const chosen = new Set(urgent);
  const batch = ready.filter((node) => chosen.has(node));
  for (const node of batch) release(node);
  return batch;
}

const mayGo = <T>(node: Node<T>, options: ScheduleOptions<T>): boolean =>
  node.waitingFor === 0 || options.mayGoEarly(node.item);

function release<T>(node: Node<T>): void {
  for (const other of node.later) other.waitingFor -= 1;
}
