import { MemoryShares } from '../../../../../daemon/shares/memory-shares.ts';
import { shareContract } from '../share-contract.ts';

shareContract(() => {
  const store = new MemoryShares(() => 1000);
  return Promise.resolve({ store, another: () => Promise.resolve(store) });
});
