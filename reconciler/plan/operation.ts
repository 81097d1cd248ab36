import type { Step } from './plan.ts';

export type Operation =
  | 'AuthorizeSecurityGroup'
  | 'AuthorizeSecurityGroupEgress'
  | 'ModifySecurityGroupRule'
  | 'ModifySecurityGroupEgressRule'
  | 'RevokeSecurityGroup'
  | 'RevokeSecurityGroupEgress';

/** The vendor's name of the call. */
export function operationOf({ kind, direction }: Step): Operation {
  const isIngress = direction === 'ingress';
  switch (kind) {
    case 'authorize':
      return isIngress ? 'AuthorizeSecurityGroup' : 'AuthorizeSecurityGroupEgress';
    case 'modify':
      return isIngress ? 'ModifySecurityGroupRule' : 'ModifySecurityGroupEgressRule';
    case 'revoke':
      return isIngress ? 'RevokeSecurityGroup' : 'RevokeSecurityGroupEgress';
  }
}
