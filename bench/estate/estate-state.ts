// The cloud's side of the estate that policy-estate.ts writes: the same groups and rules in the vendor's wire forms.
import { estateGroup, type EstateShape } from '../policy-estate.ts';

export const RULES = 100;

/** One file a group, as teams keep them. */
export const estateShape = (groups: number): EstateShape => ({ groups, rules: RULES, groupsPerFile: 1 });

/** Groups without rules: one for Rampart, one for the plain client. */
export const SIDE_GROUP = 'sg-beside';
export const PLAIN_GROUP = 'sg-plain';

export const REGION = 'cn-hangzhou';

const stateGroup = (id: string, Permissions: readonly object[]): object => ({
  RegionId: REGION,
  SecurityGroupId: id,
  SecurityGroupName: id,
  VpcId: 'vpc-bench',
  Permissions,
});

const wireRule = (fields: object): object => ({ Direction: 'ingress', IpProtocol: 'TCP', ...fields });

function wireRules(group: number): object[] {
  const own = Array.from({ length: RULES - 1 }, (_, rule) =>
    wireRule({
      PortRange: `${1000 + rule}/${1000 + rule}`,
      SourceCidrIp: `10.${group % 200}.${rule}.0/24`,
      Priority: 1 + (rule % 100),
      Description: `rule ${rule} of group ${group}`,
    }),
  );
  return [...own, wireRule({ PortRange: '443/443', SourceCidrIp: `172.16.${group % 50}.0/32` })];
}

export function estateState(groups: number): object {
  const estate = Array.from({ length: groups }, (_, group) =>
    stateGroup(estateGroup(group), wireRules(group)),
  );
  return { securityGroups: [...estate, stateGroup(SIDE_GROUP, []), stateGroup(PLAIN_GROUP, [])] };
}

/** Source and port of each rule that a side group is to get. */
export const SIDE_RULES = Array.from({ length: RULES }, (_, rule) => ({
  port: 2000 + rule,
  source: `10.250.${rule}.0/24`,
}));

export const sidePolicy = (): string =>
  `version: 1\ngroups:\n  - id: ${SIDE_GROUP}\n    region: ${REGION}\n    ingress:\n${SIDE_RULES.map(
    ({ port, source }) => `      - {protocol: tcp, ports: ${port}, from: ${source}}\n`,
  ).join('')}`;
