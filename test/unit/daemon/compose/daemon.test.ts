import { describe, expect, it } from 'vitest';
import { randomByte } from '../../../../daemon/compose/assemble.ts';
import { systemClock } from '../../../../daemon/clock.ts';
import { JournalError } from '../../../../daemon/journal/journal.ts';
import { openMemoryJournal } from '../../../../daemon/journal/memory/memory.ts';
import { soleLeases } from '../../../../daemon/schedule/leases/shard-leases.ts';
import { Service, type ServiceOptions } from '../../../support/service.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { wrappedJournal } from '../../../support/wrapped-journal.ts';

it.each(['foreignChanges', 'attributions', 'estateFacts'] as const)(
  'a daemon that is told to stop while its database does not answer %s stops as any other',
  async (method) => {
    const unanswered = () => Promise.reject(new JournalError('unavailable', 'no answer'));
    const journal = openMemoryJournal({ clock: systemClock, randomByte });
    const service = new Service({
      endpoint: 'http://127.0.0.1:1',
      policies: {},
      sections: 'attribution: {actiontrail: true}\n',
      journal: wrappedJournal(journal, { [method]: unanswered }),
    });
    await service.stop();
    expect(service.log.events.map(({ event }) => event)).toContain('daemon.stopping');
  },
);

describe('a daemon that is told to stop, and whose database answers nothing at all', () => {
  const never = (): Promise<never> => new Promise(() => undefined);

  /** How long the stop takes in virtual time, from the event on. */
  async function stopMs(
    after: 'policies.loaded' | null,
    {
      unanswered = [],
      leases,
    }: { readonly unanswered?: readonly Unanswered[] } & Pick<ServiceOptions, 'leases'>,
  ): Promise<number> {
    const clock = new VirtualClock();
    const journal = openMemoryJournal({ clock, randomByte });
    const service = new Service({
      clock,
      endpoint: 'http://127.0.0.1:1',
      policies: {},
      journal: wrappedJournal(journal, Object.fromEntries(unanswered.map((method) => [method, never]))),
      ...(leases === undefined ? {} : { leases }),
    });
    if (after !== null) await service.log.event(after);
    const beganMs = clock.monotonicMs();
    await service.stop();
    return clock.monotonicMs() - beganMs;
  }

  it('waits five seconds for it to hear that its leases are given up, and to answer the last heads', async () => {
    const leases = { ...soleLeases({ owner: 'sole', epoch: 1 }), stop: never };
    expect(await stopMs('policies.loaded', { leases })).toBe(5000);
    expect(await stopMs('policies.loaded', { unanswered: ['chainHeads'] })).toBe(5000);
    expect(await stopMs('policies.loaded', { unanswered: ['chainHeads'], leases })).toBe(5000);
    expect(await stopMs('policies.loaded', {})).toBe(0);
  });

  it('does not wait for what it asked at its start', async () => {
    expect(await stopMs(null, { unanswered: ['foreignChanges'] })).toBe(0);
  });
});

type Unanswered = 'chainHeads' | 'foreignChanges';
