// What a group of a state file may not be, beyond the form of its fields: the cloud could never hold it. Odd forms
// that it may hold (twins that differ in host bits or in priority) are not the concern here.
import { identityOf, type IdentityOptions } from '../rules/permission.ts';
import type { SecurityGroup } from '../state.ts';

interface Problem {
  readonly path: ReadonlyArray<string | number>;
  readonly message: string;
}

export const groupProblems = (group: SecurityGroup): Problem[] => [
  ...innerAccessProblems(group),
  ...peerGroupProblems(group),
  ...twinProblems(group),
];

function innerAccessProblems({ SecurityGroupType, InnerAccessPolicy }: SecurityGroup): Problem[] {
  if (SecurityGroupType !== 'enterprise' || InnerAccessPolicy === 'Drop') return [];
  return [{ path: ['InnerAccessPolicy'], message: 'must be Drop in an enterprise group' }];
}

function peerGroupProblems({ SecurityGroupId, SecurityGroupType, Permissions }: SecurityGroup): Problem[] {
  return Permissions.flatMap((rule, index): Problem[] => {
    const path = ['Permissions', index, rule.SourceGroupId === '' ? 'DestGroupId' : 'SourceGroupId'];
    const peer = rule.SourceGroupId || rule.DestGroupId;
    if (peer === '') return [];
    if (SecurityGroupType === 'enterprise') {
      return [{ path, message: 'rules of an enterprise group name blocks or prefix lists, no groups' }];
    }
    return peer === SecurityGroupId
      ? [{ path, message: 'must be another group than the one of the rule' }]
      : [];
  });
}

/** Under the quirks that keep the most rules apart. */
const STRICTEST: IdentityOptions = {
  apiLevel: 'current',
  priorityInIdentity: true,
  ipv4HostBits: 'keep',
  bareIpv4: 'keep',
  omittedOwnSide: 'other',
};

function twinProblems({ Permissions }: SecurityGroup): Problem[] {
  const firstByIdentity = new Map<string, number>();
  return Permissions.flatMap((rule, index): Problem[] => {
    const identity = identityOf(rule, STRICTEST);
    const first = firstByIdentity.get(identity);
    if (first === undefined) firstByIdentity.set(identity, index);
    return first === undefined
      ? []
      : [
          {
            path: ['Permissions', index],
            message: `is the same rule as Permissions.${first}; leave one out`,
          },
        ];
  });
}
