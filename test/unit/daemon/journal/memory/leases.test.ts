import { MemoryLeases } from '../../../../../daemon/journal/memory/leases.ts';
import { instantClock } from '../../../../support/fake-engine.ts';
import { leaseContract } from '../lease-contract.ts';

leaseContract(() => {
  const clock = instantClock();
  return Promise.resolve({ store: new MemoryLeases(clock), pass: (ms) => clock.sleep(ms) });
});
