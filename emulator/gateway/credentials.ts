// Who may call, and what: access keys, temporary (STS) ones, disabled ones, and RAM permissions.
import { jsonList, list, text, type Params } from '../actions/params.ts';
import { reject } from './refusals.ts';

/** An access key as its owner writes it. */
export interface CredentialOptions {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Account the key belongs to; default: the emulator's one account. */
  readonly accountId?: string;
  /** Makes it a temporary key: each call must carry this token. */
  readonly securityToken?: string;
  /** Whose key it is, for ActionTrail; default: the account's own. */
  readonly principal?: Principal;
  /** A disabled key. */
  readonly inactive?: boolean;
  /** RAM: without it everything is allowed. */
  readonly allow?: Allowance;
}

export type Principal =
  | { readonly type: 'root-account' }
  | { readonly type: 'ram-user'; readonly userName: string }
  | { readonly type: 'assumed-role'; readonly roleName: string; readonly sessionName: string };

export interface Allowance {
  /** Names of actions, without the service's name before them; absent: all. */
  readonly actions?: readonly string[];
  /** Ids of security groups that calls may name as what they work on; absent: all. A peer of a rule is not one. */
  readonly groups?: readonly string[];
}

export interface Credential {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly accountId: string;
  readonly securityToken: string | undefined;
  readonly principal: Principal;
  readonly inactive: boolean;
  readonly allow: Allowance;
}

export const DEFAULT_ACCOUNT_ID = '1000000000000001';

export const DEFAULT_CREDENTIAL: CredentialOptions = {
  accessKeyId: 'emulator',
  accessKeySecret: 'emulator-secret',
  principal: { type: 'ram-user', userName: 'rampart' },
};

/** Someone else, for changes by hand that ActionTrail can name. */
export const SECOND_CREDENTIAL: CredentialOptions = {
  accessKeyId: 'alice',
  accessKeySecret: 'alice-secret',
  principal: { type: 'ram-user', userName: 'alice' },
};

/** Access keys by id. Throws for an id that stands twice. */
export function keyring(options: readonly CredentialOptions[]): ReadonlyMap<string, Credential> {
  const keys = new Map<string, Credential>();
  for (const { accountId, securityToken, principal, inactive, allow, ...key } of options) {
    if (keys.has(key.accessKeyId)) throw new Error(`credential ${key.accessKeyId} is given twice`);
    keys.set(key.accessKeyId, {
      ...key,
      accountId: accountId ?? DEFAULT_ACCOUNT_ID,
      securityToken,
      principal: principal ?? { type: 'root-account' },
      inactive: inactive ?? false,
      allow: allow ?? {},
    });
  }
  return keys;
}

/** A service as RAM knows it. */
export interface RamService {
  readonly ramCode: 'ecs' | 'actiontrail' | 'quotas';
  /** The code of a refusal for lack of permission. */
  readonly denialCode: 'Forbidden.RAM' | 'NoPermission' | 'RAM.PERMISSION.DENIED';
}

/** Throws the vendor's RAM refusal, which names the missing action. */
export function checkAllowed(
  credential: Credential,
  { ramCode, denialCode }: RamService,
  action: string,
  params: Params,
): void {
  const { actions, groups } = credential.allow;
  const actionAllowed = actions?.includes(action) ?? true;
  const groupsAllowed = groups === undefined || namedGroups(params).every((id) => groups.includes(id));
  if (actionAllowed && groupsAllowed) return;
  throw reject(denialCode, `${ramCode}:${action}`, {
    deniedDetail: {
      AuthAction: `${ramCode}:${action}`,
      AuthPrincipalDisplayName: credential.accessKeyId,
      AuthPrincipalOwnerId: credential.accountId,
      AuthPrincipalType: credential.securityToken === undefined ? 'SubUser' : 'AssumedRoleUser',
      NoPermissionType: 'ImplicitDeny',
      PolicyType: 'AccountLevelIdentityBasedPolicy',
      EncodedDiagnosticMessage: '',
    },
  });
}

/**
 * Every parameter that names groups as what a call works on: SecurityGroupId, SecurityGroupId.N, SecurityGroupIds,
 * ResourceId, ResourceId.N.
 */
function namedGroups(params: Params): string[] {
  const single = ['SecurityGroupId', 'ResourceId'].map((name) => text(params, name));
  const several = jsonList(text(params, 'SecurityGroupIds')) ?? [];
  const numbered = ['SecurityGroupId', 'ResourceId'].flatMap((name) => list(params, name));
  return [...single.filter((id) => id !== ''), ...numbered, ...several];
}
