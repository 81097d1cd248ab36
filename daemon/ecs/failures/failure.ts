// What came of a call that did not succeed, named by what to do next.

/** The next move; failure-table.ts has one for every code. */
export type FailureKind =
  /** The desired state is there already: go on. */
  | 'done'
  /** Certainly not applied: send again with the same token. */
  | 'retry'
  /** The vendor's minute budget is used up: the lane waits, then the same token again. */
  | 'throttled'
  /** Maybe applied: send again with the same token, or read back. */
  | 'unknown'
  /** The group is not as the plan assumed: read it and plan again. */
  | 'replan'
  /** This step can never work: isolate, quarantine, report. */
  | 'rejected'
  /** Credentials or permissions: stop the account and name what is missing. */
  | 'denied'
  /** The group belongs to a cloud product: never write to it. */
  | 'managed';

export interface Failure {
  readonly kind: FailureKind;
  /** The vendor's error code, or one of our `Transport.*` and `Cloud.*` names. */
  readonly code: string;
  /** Scrubbed of secrets. */
  readonly message: string;
  readonly requestId: string | null;
  readonly httpStatus: number | null;
  /** The vendor's hint how long to wait. */
  readonly retryAfterMs: number | null;
}

/** A failure from what is known of it: what is left out is null. */
export function makeFailure(known: Pick<Failure, 'kind' | 'code' | 'message'> & Partial<Failure>): Failure {
  return { requestId: null, httpStatus: null, retryAfterMs: null, ...known };
}

/**
 * Whether the group has no room for the rules, whichever they are. Limits of a kind of rule (group references,
 * associations of a list) are not meant: other rules still fit.
 * Source: API notes, sections 1.10 and 5.
 */
export const isRuleQuotaRefusal = (failure: Failure): boolean => failure.code === 'AuthorizationLimitExceed';

/** Source: the older manual page (see failure-table.ts): no protocol, no port range or no peer is given. */
const LACKS_FIELDS = /^(OperationDenied|MissingParameter(\..+)?|InvalidIpProtocol\..+|InvalidPortRange\..+)$/;

/** Whether the endpoint may not have found the rule in the call: `Permissions.N` is news to an API without rule ids. */
export const mayNotKnowTheForm = (failure: Failure): boolean => LACKS_FIELDS.test(failure.code);

/** A missing RAM permission may concern one group or one operation only. */
const RAM_CODE =
  /^(Forbidden(?!\.AccessKeyDisabled)|NoPermission|NotAuthorized|AccessDenied|RAM\.PERMISSION\.DENIED)/;

/** Whether RAM, of whichever service, does not let the caller do this. */
export const isRamRefusal = (code: string): boolean => RAM_CODE.test(code);

/** Whether every call of the account would be refused alike. */
export const concernsAccount = ({ kind, code }: Failure): boolean =>
  kind === 'denied' && !RAM_CODE.test(code);

/** Whether the address itself is wrong, so that no call of the account and region gets anywhere. */
export const hasWrongAddress = ({ code }: Failure): boolean =>
  code === 'Transport.BadEndpoint' || code === 'Transport.UnknownHost';
