import { MemoryLeases } from '../../../../../daemon/journal/memory/leases.ts';
import { openMemoryJournal } from '../../../../../daemon/journal/memory/memory.ts';
import { MemoryStore } from '../../../../../daemon/journal/memory/store.ts';
import { instantClock } from '../../../../support/fake-engine.ts';
import { believed, fenceContract, type SharingReplica } from '../fence-contract.ts';

fenceContract('memory', () => {
  const clock = instantClock();
  const store = new MemoryStore();
  const leases = new MemoryLeases(clock);
  let dice = 0;
  const replica = (): SharingReplica => {
    const { ownership, believe } = believed();
    const randomByte = (): number => (dice = (dice * 73 + 41) % 256);
    return { journal: openMemoryJournal({ clock, randomByte }, store, { leases, ownership }), believe };
  };
  return Promise.resolve({ leases, one: replica(), other: replica(), close: () => Promise.resolve() });
});
