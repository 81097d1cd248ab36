// What goes wrong in the cloud of a trial all the while: every call takes its time, half of those that change something so
// long that their sender may be struck meanwhile, and some take effect and lose their answer.
import type { CallRecord } from '../../emulator/admin/call-log.ts';

const WRITES = ['AuthorizeSecurityGroup', 'RevokeSecurityGroup', 'ModifySecurityGroupRule'] as const;
const READS = ['DescribeSecurityGroupAttribute', 'DescribeSecurityGroups'] as const;
const READ_MS = 15;
const WRITE_MS = 300;

export const faultsOfTrial = (): object[] => [
  ...WRITES.map((action) => ({ action, kind: 'resetAfter', probability: 0.03 })),
  ...WRITES.map((action) => ({ action, kind: 'slow', delayMs: WRITE_MS, probability: 0.5 })),
  ...READS.map((action) => ({ action, kind: 'slow', delayMs: READ_MS })),
];

/** From when the call came in until it took effect, and was noted. */
export const slowMsOf = ({ action, fault }: CallRecord): number =>
  fault !== 'slow' ? 0 : action.startsWith('Describe') ? READ_MS : WRITE_MS;
