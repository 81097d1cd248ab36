// The emulator's quirks as docs/emulator.md lists them. The emulator has a list of its own, which the daemon may
// not import; a test holds the two against each other. One that is not named is at the emulator's default.
import { z } from 'zod';
import { API_LEVELS } from '../../reconciler/model/api-dialect.ts';

const MOST = 1_000_000_000;

const count = (description: string) => z.int().min(0).max(MOST).optional().meta({ description });
const flag = (description: string) => z.boolean().optional().meta({ description });
const oneOf = <const Words extends readonly string[]>(words: Words, description: string) =>
  z.enum(words).optional().meta({ description });

export const quirksSchema = z.strictObject({
  apiLevel: oneOf(
    [...API_LEVELS],
    'current: the manual of today; legacy2019: that of 2019, without rule ids.',
  ),
  legacyModifies: oneOf(['description', 'descriptionAndPriority'], 'What a Modify without an id changes.'),
  omittedOwnSide: oneOf(
    ['other', 'any'],
    'Under legacy2019: whether an omitted own side is another one than 0.0.0.0/0, or the same.',
  ),
  shownOwnSide: oneOf(
    ['sent', 'any', 'empty'],
    'What Describe shows of it. any and empty only with `omittedOwnSide: any`.',
  ),
  describeLagMs: count('Milliseconds after which a read shows a write.'),
  auditLagMs: count('Milliseconds after which ActionTrail shows a write.'),
  auditResource: oneOf(['group', 'none'], 'Whether an event of a rule call names its group as a resource.'),
  batchAtomic: flag('Whether a batch with a bad entry has no effect at all.'),
  priorityInIdentity: flag('Whether two rules that differ only in priority are two rules.'),
  reauthorize: oneOf(
    ['ignore', 'overwriteDescription'],
    'What authorizing a rule again does to its description.',
  ),
  ipv4HostBits: oneOf(['mask', 'keep'], 'What becomes of the host bits of an IPv4 prefix.'),
  bareIpv4: oneOf(['keep', 'slash32'], 'Whether an IPv4 address comes back with /32.'),
  modifyOmitted: oneOf(['reset', 'keep'], 'What a Modify does to fields that it leaves out.'),
  modifySame: oneOf(['ok', 'duplicate'], 'Whether a Modify to what the rule is already succeeds.'),
  revokeUnknownId: oneOf(['fail', 'ignore'], 'What a Revoke of an unknown id does.'),
  revokeUnknownGroupRule: oneOf(
    ['ignore', 'fail'],
    'What a Revoke by fields does where no such rule names the group.',
  ),
  descriptionUnit: oneOf(['codePoints', 'utf16', 'bytes'], 'What the bounds of texts count.'),
  groupPaging: oneOf(['both', 'token'], 'Whether DescribeSecurityGroups takes page numbers beside tokens.'),
  pageOrder: oneOf(['insertion', 'shuffled'], 'In which order pages come.'),
  priorityType: oneOf(['number', 'string'], 'The type of Priority in answers.'),
  tokenWindowSeconds: count('How long a ClientToken is remembered.'),
  tokenRemembersErrors: flag('Whether a repeated ClientToken repeats a refusal.'),
  ruleIdAfterModify: oneOf(['same', 'new'], 'Whether a modified rule keeps its id.'),
  ruleQuota: count('Rules that a group may have.'),
  groupReferenceQuota: count('Rules of a group that may name a group.'),
  rateLimits: z
    .record(z.string().regex(/^[A-Za-z]+$/, 'write the name of an action'), z.int().min(0).max(MOST))
    .optional()
    .meta({ description: 'Calls a minute, by action.' }),
});
