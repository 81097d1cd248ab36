import { expect, it } from 'vitest';
import { randomByte } from '../../../../daemon/compose/assemble.ts';
import { systemClock } from '../../../../daemon/clock.ts';
import { JournalError } from '../../../../daemon/journal/journal.ts';
import { openMemoryJournal } from '../../../../daemon/journal/memory/memory.ts';
import { Service } from '../../../support/service.ts';
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
