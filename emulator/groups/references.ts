// Groups named by rules of other groups.
import type { ActionHandler } from '../action.ts';
import type { Contents, SecurityGroup } from '../state.ts';
import { seen } from '../actions/contents.ts';
import { findGroup, isGroupId } from './group-target.ts';
import { list } from '../actions/params.ts';
import { refuse, required } from '../actions/refusals.ts';
import { isKnownRegion } from './regions.ts';

const IDS_MAX = 10;

/** The groups, of whatever account, that have a rule naming this one; its own rules cannot. */
export const referencesTo = ({ securityGroups }: Contents, groupId: string): SecurityGroup[] =>
  securityGroups.filter(({ Permissions }) =>
    Permissions.some(
      ({ SourceGroupId, DestGroupId }) => SourceGroupId === groupId || DestGroupId === groupId,
    ),
  );

export const describeSecurityGroupReferences: ActionHandler = ({ params, accountId }, world) => {
  const regionId = required(params, 'RegionId', 'MissingRegionId');
  const ids = list(params, 'SecurityGroupId');
  if (ids.length === 0 || ids.length > IDS_MAX || !ids.every(isGroupId)) {
    throw refuse('InvalidSecurityGroupId.Malformed');
  }
  const contents = seen(world);
  if (!isKnownRegion(contents, regionId)) throw refuse('InvalidRegionId.NotFound');
  const known = ids.every((securityGroupId) => findGroup(contents, { regionId, securityGroupId }, accountId));
  if (!known) throw refuse('InvalidSecurityGroupId.NotFound');
  return {
    SecurityGroupReferences: {
      SecurityGroupReference: ids.map((SecurityGroupId) => ({
        SecurityGroupId,
        ReferencingSecurityGroups: {
          ReferencingSecurityGroup: referencesTo(contents, SecurityGroupId).map((group) => ({
            SecurityGroupId: group.SecurityGroupId,
            AliUid: group.OwnerId,
          })),
        },
      })),
    },
  };
};
