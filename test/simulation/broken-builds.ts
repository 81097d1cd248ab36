// Builds of the daemon with one mistake each, made at a port, to see that the simulation notices. What can be
// broken at the journal is here; mistakes of the planner, which has no port, are made in broken-builds.test.ts.
import { createHash } from 'node:crypto';
import type { Intent, IntentDraft, Journal, JournalPorts } from '../../daemon/journal/journal.ts';
import { MemoryStore } from '../../daemon/journal/memory/store.ts';
import type { Engine } from '../../daemon/reconcile/engine.ts';
import type { ShardLeases } from '../../daemon/schedule/leases/shard-leases.ts';
import { wrappedJournal } from '../support/wrapped-journal.ts';
import { memoryHost, type JournalHost } from './journals.ts';
import type { Breakage } from './options.ts';

/** The intent of a call is kept when the call has been made: a crash in between forgets that it was ever sent. */
export function intentAfterCall(): Breakage {
  const store = new MemoryStore();
  const unkept = new Map<string, Intent>();
  const keep = (token: string): void => {
    const intent = unkept.get(token);
    if (intent !== undefined) store.open.set(token, intent);
    unkept.delete(token);
  };
  const late = (journal: Journal): Journal =>
    wrappedJournal(journal, {
      openIntent: async (draft) => {
        const intent = await journal.openIntent(draft);
        store.open.delete(intent.clientToken);
        unkept.set(intent.clientToken, intent);
        return intent;
      },
    });
  const keepingAfterwards = (engine: Engine): Engine => ({
    ...engine,
    reserve: async (...asked) => {
      const writes = await engine.reserve(...asked);
      if (writes === null) return null;
      const write: typeof writes.write = async (request, ...others) => {
        const answer = await writes.write(request, ...others);
        keep(request.clientToken);
        return answer;
      };
      return { ...writes, write };
    },
  });
  return {
    journals: (ports) => withJournal(memoryHost(ports, store), late),
    engine: keepingAfterwards,
  };
}

/** A replica takes itself for the owner of what it had, until it hears otherwise, whatever the time is. */
export const writesAfterDeadline = (): Breakage => ({
  leases: (leases) => withLeases(leases, { mayWrite: (group) => leases.looksAfter(group) }),
});

/** Who takes a shard over closes what it finds open, though the calls of the earlier owner may still be under way. */
export const takesOverAtOnce = (): Breakage => ({
  leases: (leases) => withLeases(leases, { earlierCallsEndInMs: () => 0 }),
});

/** Does as `leases` does, but for the methods that are given. */
function withLeases(leases: ShardLeases, changes: Partial<ShardLeases>): ShardLeases {
  return new Proxy(leases, {
    get: (of, name) => {
      const value: unknown = Reflect.get(changes, name) ?? Reflect.get(of, name, of);
      return typeof value === 'function'
        ? (...values: unknown[]) => Reflect.apply(value, of, values) as unknown
        : value;
    },
  });
}

/** What was tried again is in the log, but not in the metrics. */
export const countsNoRetries = (): Breakage => ({
  metrics: (counters) => ({
    emit: (event, fields) => {
      if (event !== 'call.retried') counters.emit(event, fields);
    },
  }),
});

/** No one reads who has paused what. */
export const heedsNoPause = (): Breakage => ({
  engine: ({ journal, ...others }) => ({
    ...others,
    journal: wrappedJournal(journal, { pauses: () => Promise.resolve([]) }),
  }),
});

/** Each change is told once, and not again where it is tried in another way that may promise less. */
export function wayToldOnce(): Breakage {
  const told = new Set<unknown>();
  const engine = ({ telemetry, ...others }: Engine): Engine => ({
    ...others,
    telemetry: {
      emit: (event, fields) => {
        const { planHash }: { readonly planHash?: unknown } = fields;
        if (event === 'plan.made' && told.has(planHash)) return;
        if (event === 'plan.made') told.add(planHash);
        telemetry.emit(event, fields);
      },
    },
  });
  return { engine };
}

/** Tokens are counted from one again after each start, with nothing in them that says which start it was. */
export function tokensWithoutEpoch(): Breakage {
  const store = new MemoryStore();
  const journals = (ports: JournalPorts): JournalHost => {
    const host = memoryHost({ ...ports, randomByte: () => 7 }, store);
    const open = () => {
      store.epoch = 0;
      return host.open();
    };
    return { ...host, open };
  };
  return { journals };
}

/**
 * The token is a hash of what the call says, so that the same change has the same token for ever: add a rule,
 * remove it and add it again, and the vendor takes the last for a repetition of the first.
 */
export function tokensOfContent(): Breakage {
  const store = new MemoryStore();
  const hashing = (journal: Journal): Journal =>
    wrappedJournal(journal, {
      openIntent: async (draft) => {
        const { clientToken, ...intent } = await journal.openIntent(draft);
        store.open.delete(clientToken);
        const hashed = { ...intent, clientToken: contentToken(draft) };
        store.open.set(hashed.clientToken, hashed);
        return hashed;
      },
    });
  return { journals: (ports) => withJournal(memoryHost(ports, store), hashing) };
}

function contentToken({ operation, params, group }: IntentDraft): string {
  const content = JSON.stringify([operation, params, group.id]);
  return `rampart-${createHash('sha256').update(content).digest('hex').slice(0, 40)}`;
}

function withJournal(host: JournalHost, wrap: (journal: Journal) => Journal): JournalHost {
  return { ...host, open: () => wrap(host.open()) };
}
