// What ActionTrail keeps of a call, in the vendor's form. Source: help page "Management event structure" (2026), and the sample
// events of the pages on ActionTrail and on assumed roles; no sample of a security group's call was found, so which of its
// fields name the group is our reading.
import { createHash } from 'node:crypto';
import type { Principal } from '../gateway/credentials.ts';
import { timestamp } from '../actions/contents.ts';
import { jsonList, list, text, type Params } from '../actions/params.ts';

/** Who called, and from where. */
export interface Caller {
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly principal: Principal;
  readonly sourceIp: string;
  readonly userAgent: string;
}

/** A write, refused or not. */
export interface AuditedCall {
  readonly caller: Caller;
  readonly eventId: string;
  readonly requestId: string;
  readonly timeMs: number;
  readonly action: string;
  readonly eventType: 'ApiCall' | 'ConsoleOperation';
  readonly params: Params;
  /** Of a call that succeeded; empty otherwise. */
  readonly answer: Readonly<Record<string, unknown>>;
  readonly refusal: { readonly code: string; readonly message: string } | null;
}

/** Resource types with the ids of each. */
type Resources = Readonly<Record<string, readonly string[]>>;

/** An event as LookupEvents searches it; `body` is what it shows. */
export interface AuditEvent {
  readonly accountId: string;
  readonly region: string;
  readonly timeMs: number;
  readonly eventId: string;
  readonly eventName: string;
  readonly userName: string;
  readonly accessKeyId: string;
  readonly resources: Resources;
  readonly body: Readonly<Record<string, unknown>>;
}

const API_VERSION = '2014-05-26';
const MAX_USER_AGENT = 500;

/** What a client could send a secret in. */
const SECRET_NAME = /secret|signature|securitytoken|password|accesskey/i;

/** @param namesResource whether the event names what it is about (quirk auditResource) */
export function auditEvent(call: AuditedCall, namesResource: boolean): AuditEvent {
  const { caller, params, timeMs, eventId } = call;
  const region = text(params, 'RegionId');
  const resources = namesResource ? resourcesOf(params, call.answer) : {};
  const identity = userIdentity(caller, timeMs);
  return {
    accountId: caller.accountId,
    region,
    timeMs,
    eventId,
    eventName: call.action,
    userName: identity.userName,
    accessKeyId: caller.accessKeyId,
    resources,
    body: {
      eventId,
      eventVersion: 1,
      eventName: call.action,
      eventTime: timestamp(timeMs),
      eventType: call.eventType,
      eventRW: 'Write',
      eventCategory: 'Management',
      eventSource: `ecs.${region}.aliyuncs.com`,
      serviceName: 'Ecs',
      apiVersion: API_VERSION,
      acsRegion: region,
      requestId: call.requestId,
      sourceIpAddress: caller.sourceIp,
      userAgent: caller.userAgent.slice(0, MAX_USER_AGENT),
      userIdentity: identity,
      recipientAccountId: caller.accountId,
      isGlobal: false,
      ...parameterFields(params),
      ...(namesResource ? resourceFields(resources) : {}),
      ...(call.refusal === null
        ? { responseElements: { RequestId: call.requestId } }
        : { errorCode: call.refusal.code, errorMessage: call.refusal.message }),
    },
  };
}

/** `requestParameterJson` is the same as text. */
function parameterFields(params: Params): object {
  const shown = Object.fromEntries([...params].filter(([name]) => !SECRET_NAME.test(name)));
  return { requestParameters: shown, requestParameterJson: JSON.stringify(shown) };
}

/** Ids of one type stand between commas, types between semicolons. [A] */
const resourceFields = (resources: Resources): object => ({
  referencedResources: resources,
  resourceType: Object.keys(resources).join(';'),
  resourceName: Object.values(resources)
    .map((ids) => ids.join(','))
    .join(';'),
});

function resourcesOf(params: Params, answer: Readonly<Record<string, unknown>>): Resources {
  const made = Object.values(answer).filter((value) => typeof value === 'string');
  const named = ['SecurityGroupId', 'PrefixListId', 'PortRangeListId', 'ResourceId'].flatMap((name) => [
    text(params, name),
    ...list(params, name),
  ]);
  const ids = new Set([...named, ...(jsonList(text(params, 'SecurityGroupIds')) ?? []), ...made]);
  const found = TYPES.map(
    ([type, prefix]) => [type, [...ids].filter((id) => id.startsWith(prefix))] as const,
  );
  return Object.fromEntries(found.filter(([, of]) => of.length > 0));
}

const TYPES = [
  ['ACS::ECS::SecurityGroup', 'sg-'],
  ['ACS::ECS::PrefixList', 'pl-'],
  ['ACS::ECS::PortRangeList', 'prl-'],
] as const;

interface UserIdentity {
  readonly type: Principal['type'];
  readonly principalId: string;
  readonly accountId: string;
  readonly userName: string;
  readonly accessKeyId?: string;
  readonly sessionContext: object;
}

/** A role's session is `ROLE:SESSION` here, and only a key that was used has an id. [A] */
function userIdentity({ principal, accountId, accessKeyId }: Caller, timeMs: number): UserIdentity {
  const attributes = { mfaAuthenticated: 'false', creationDate: timestamp(timeMs) };
  return {
    type: principal.type,
    ...nameOf(principal, accountId),
    accountId,
    ...(accessKeyId === '' ? {} : { accessKeyId }),
    sessionContext: { attributes },
  };
}

function nameOf(principal: Principal, accountId: string): Pick<UserIdentity, 'principalId' | 'userName'> {
  switch (principal.type) {
    case 'root-account':
      return { principalId: accountId, userName: 'root' };
    case 'ram-user':
      return { principalId: numberOf(principal.userName), userName: principal.userName };
    case 'assumed-role': {
      const { roleName, sessionName } = principal;
      return { principalId: `${numberOf(roleName)}:${sessionName}`, userName: `${roleName}:${sessionName}` };
    }
  }
}

/** An id of 18 digits that stays the same for a name. */
const numberOf = (name: string): string =>
  `2${createHash('sha256').update(name).digest().readUIntBE(0, 6).toString().padStart(17, '0')}`;
