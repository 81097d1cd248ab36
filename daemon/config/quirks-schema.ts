// The emulator's quirks as docs/emulator.md lists them. The emulator has a list of its own, which the daemon may
// not import; a test holds the two against each other. One that is not named is at the emulator's default.
import { z } from 'zod';
import { API_LEVELS } from '../../reconciler/model/api-dialect.ts';

const count = z.int().min(0).max(1_000_000_000).optional();
const flag = z.boolean().optional();
const oneOf = <const Words extends readonly string[]>(...words: Words) => z.enum(words).optional();

export const quirksSchema = z.strictObject({
  apiLevel: oneOf(...API_LEVELS),
  legacyModifies: oneOf('description', 'descriptionAndPriority'),
  omittedOwnSide: oneOf('other', 'any'),
  shownOwnSide: oneOf('sent', 'any', 'empty'),
  describeLagMs: count,
  auditLagMs: count,
  auditResource: oneOf('group', 'none'),
  batchAtomic: flag,
  priorityInIdentity: flag,
  reauthorize: oneOf('ignore', 'overwriteDescription'),
  ipv4HostBits: oneOf('mask', 'keep'),
  bareIpv4: oneOf('keep', 'slash32'),
  modifyOmitted: oneOf('reset', 'keep'),
  modifySame: oneOf('ok', 'duplicate'),
  revokeUnknownId: oneOf('fail', 'ignore'),
  revokeUnknownGroupRule: oneOf('ignore', 'fail'),
  descriptionUnit: oneOf('codePoints', 'utf16', 'bytes'),
  groupPaging: oneOf('both', 'token'),
  pageOrder: oneOf('insertion', 'shuffled'),
  priorityType: oneOf('number', 'string'),
  tokenWindowSeconds: count,
  tokenRemembersErrors: flag,
  ruleIdAfterModify: oneOf('same', 'new'),
  ruleQuota: count,
  groupReferenceQuota: count,
  rateLimits: z
    .record(z.string().regex(/^[A-Za-z]+$/, 'write the name of an action'), z.int().min(0).max(1_000_000_000))
    .optional(),
});
