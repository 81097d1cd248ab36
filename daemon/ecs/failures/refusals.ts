// Refusals that say more about the group or the endpoint than about the rule that was sent.
import type { Failure } from './failure.ts';

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
