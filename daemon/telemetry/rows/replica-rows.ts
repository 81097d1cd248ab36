// What the log says where several replicas divide the estate.
import type { EventRow } from '../event-row.ts';

type ReplicaEvent = 'journal.unavailable' | 'journal.available' | 'lease.acquired' | 'lease.lost';

export const REPLICA_ROWS: { readonly [Name in ReplicaEvent]: EventRow<Name> } = {
  'journal.unavailable': {
    level: 'error',
    say: (f) =>
      `The database of the journal does not answer, so no call begins${f.err === undefined ? '' : ` (${f.err})`}`,
    sameAs: () => '',
  },
  'journal.available': {
    level: 'info',
    say: () => 'The database of the journal answers again',
    ends: ['journal.unavailable'],
  },
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
