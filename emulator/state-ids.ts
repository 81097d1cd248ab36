// What a state that was saved says of the run before it: ids that were drawn already, and a digest, so that a run which
// begins with it and has the same seed draws neither those ids nor the same request ids.
import { createHash } from 'node:crypto';
import type { Contents } from './state.ts';

/** The form of `randomId`. Ids that people write are rarely of it, and those that are not cannot be drawn. */
const DRAWN = /^[a-z]+-[a-z0-9]{20}$/;

/** Ids of groups, rules and lists that the emulator itself may have made. */
export function* drawnIds({ securityGroups, prefixLists, portRangeLists }: Contents): Generator<string> {
  for (const { SecurityGroupId, Permissions } of securityGroups) {
    if (DRAWN.test(SecurityGroupId)) yield SecurityGroupId;
    for (const { SecurityGroupRuleId } of Permissions) {
      if (DRAWN.test(SecurityGroupRuleId)) yield SecurityGroupRuleId;
    }
  }
  for (const { PrefixListId } of prefixLists) if (DRAWN.test(PrefixListId)) yield PrefixListId;
  for (const { PortRangeListId } of portRangeLists) if (DRAWN.test(PortRangeListId)) yield PortRangeListId;
}

/** 32 bits of the contents; 0 for an empty state. Equal contents give equal numbers. */
export function digestOf({ securityGroups, prefixLists, portRangeLists }: Contents): number {
  const items = [...securityGroups, ...prefixLists, ...portRangeLists];
  if (items.length === 0) return 0;
  const digest = createHash('sha256');
  for (const item of items) digest.update(JSON.stringify(item));
  return digest.digest().readUInt32BE(0);
}
