import type { Failure } from './failure.ts';

/** Source: API reference, error codes of Authorize and Modify (sections 1.10 and 5 of the API notes). */
const QUOTA_CODE =
  /^(AuthorizationLimitExceed|AuthorizedGroupRule\.LimitExceed|LimitExceed\..+|QuotaExceed\..+)$/;

/** Whether the cloud refused because something is full, and not because of what was sent. */
export const isQuotaRefusal = (failure: Failure): boolean => QUOTA_CODE.test(failure.code);
