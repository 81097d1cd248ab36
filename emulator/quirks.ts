// What the vendor's manual leaves open, each as a switch. docs/emulator.md says which question each stands for.
import { z } from 'zod';

const count = z.int().min(0).max(1_000_000_000);

/** Every quirk with its values and its default. Which names `rateLimits` may have, admin/quirks-input.ts checks. */
export const quirksSchema = z.strictObject({
  apiLevel: z.enum(['current', 'legacy2019']).default('current'),
  legacyModifies: z.enum(['description', 'descriptionAndPriority']).default('description'),
  omittedOwnSide: z.enum(['other', 'any']).default('other'),
  shownOwnSide: z.enum(['sent', 'any', 'empty']).default('sent'),
  describeLagMs: count.default(0),
  auditLagMs: count.default(0),
  auditResource: z.enum(['group', 'none']).default('group'),
  batchAtomic: z.boolean().default(true),
  priorityInIdentity: z.boolean().default(true),
  reauthorize: z.enum(['ignore', 'overwriteDescription']).default('ignore'),
  ipv4HostBits: z.enum(['mask', 'keep']).default('mask'),
  bareIpv4: z.enum(['keep', 'slash32']).default('keep'),
  modifyOmitted: z.enum(['reset', 'keep']).default('reset'),
  modifySame: z.enum(['ok', 'duplicate']).default('ok'),
  revokeUnknownId: z.enum(['fail', 'ignore']).default('fail'),
  revokeUnknownGroupRule: z.enum(['ignore', 'fail']).default('ignore'),
  descriptionUnit: z.enum(['codePoints', 'utf16', 'bytes']).default('codePoints'),
  groupPaging: z.enum(['both', 'token']).default('both'),
  pageOrder: z.enum(['insertion', 'shuffled']).default('insertion'),
  priorityType: z.enum(['number', 'string']).default('number'),
  tokenWindowSeconds: count.default(86_400),
  tokenRemembersErrors: z.boolean().default(false),
  ruleIdAfterModify: z.enum(['same', 'new']).default('same'),
  ruleQuota: count.default(1000),
  groupReferenceQuota: count.default(20),
  /** Calls a minute, by action; an action that is not named is not limited. */
  rateLimits: z.record(z.string(), count).default({}),
});

/**
 * How the emulator answers where the manual is silent: one complete set of choices, which a test or a user changes
 * one by one to see what Rampart does if the real service answers so.
 *
 * @example
 * const handle = requestHandler({ quirks: { batchAtomic: false, ruleQuota: 2 } });
 * // Three rules authorized in one call: AuthorizationLimitExceed, and the empty group now has the first two.
 * // With the default, batchAtomic: true, the answer is the same and the group is still empty.
 *
 * Counts, milliseconds and seconds are whole numbers from 0 to 1,000,000,000. A call reads the quirks when it acts, so
 * a change holds from the next call on, and changes nothing that is stored. From JSON, `parseQuirks` reads them and
 * throws an InputError that names every unknown quirk and bad value.
 */
export type Quirks = Readonly<z.infer<typeof quirksSchema>>;

/** The first of the readings in docs/emulator.md; what `requestHandler({})` uses. */
export const DEFAULT_QUIRKS: Quirks = quirksSchema.parse({});
