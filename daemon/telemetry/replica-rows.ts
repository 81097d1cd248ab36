// What the log says where several replicas divide the estate.
import type { EventRow } from './event-row.ts';

type ReplicaEvent = 'lease.acquired' | 'lease.lost';

export const REPLICA_ROWS: { readonly [Name in ReplicaEvent]: EventRow<Name> } = {
  'lease.acquired': {
    level: 'info',
    say: (f) =>
      `This replica looks after ${f.shard} from now on${f.from === undefined ? '' : `; ${f.from} had it and did not renew it`}`,
  },
  'lease.lost': {
    level: 'info',
    isError: (f) => !f.onPurpose,
    say: (f) => `This replica writes to no group of ${f.shard} any more: ${f.reason}`,
  },
};
