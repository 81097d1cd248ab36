// What the vendor's manual leaves open, each as a switch. docs/emulator.md says which question each stands for.

export interface Quirks {
  readonly apiLevel: 'current' | 'legacy2019';
  readonly legacyModifies: 'description' | 'descriptionAndPriority';
  readonly describeLagMs: number;
  readonly batchAtomic: boolean;
  readonly priorityInIdentity: boolean;
  readonly reauthorize: 'ignore' | 'overwriteDescription';
  readonly ipv4HostBits: 'mask' | 'keep';
  readonly bareIpv4: 'keep' | 'slash32';
  readonly modifyOmitted: 'reset' | 'keep';
  readonly modifySame: 'ok' | 'duplicate';
  readonly revokeUnknownId: 'fail' | 'ignore';
  readonly pageOrder: 'insertion' | 'shuffled';
  readonly priorityType: 'number' | 'string';
  readonly tokenWindowSeconds: number;
  readonly tokenRemembersErrors: boolean;
  readonly ruleIdAfterModify: 'same' | 'new';
  readonly ruleQuota: number;
  readonly groupReferenceQuota: number;
  /** Calls a minute, by action; an action that is not named is not limited. */
  readonly rateLimits: Readonly<Record<string, number>>;
}

export const DEFAULT_QUIRKS: Quirks = {
  apiLevel: 'current',
  legacyModifies: 'description',
  describeLagMs: 0,
  batchAtomic: true,
  priorityInIdentity: true,
  reauthorize: 'ignore',
  ipv4HostBits: 'mask',
  bareIpv4: 'keep',
  modifyOmitted: 'reset',
  modifySame: 'ok',
  revokeUnknownId: 'fail',
  pageOrder: 'insertion',
  priorityType: 'number',
  tokenWindowSeconds: 86_400,
  tokenRemembersErrors: false,
  ruleIdAfterModify: 'same',
  ruleQuota: 1000,
  groupReferenceQuota: 20,
  rateLimits: {},
};
