// Why a call did not succeed: the kinds, and our own codes. The vendor's codes have its own manual.
import type { FailureKind } from '../../daemon/ecs/failures/failure.ts';
import type { OwnCode } from '../../daemon/ecs/failures/failure-table.ts';
import type { LaneCode } from '../../daemon/queue/lane/lane-call.ts';
import { entry, type ErrorEntry } from './entry.ts';

export const FAILURE_KINDS: Readonly<Record<FailureKind, ErrorEntry>> = {
  done: entry('What the call asks for is so already.', 'Nothing.'),
  retry: entry(
    'The call was certainly not applied, and a later attempt may work.',
    'Nothing, unless it lasts: Rampart sends it again with the same token.',
  ),
  throttled: entry(
    'The rate of the operation is used up for this minute.',
    'Lower `limits`, or ask the vendor for more: [RampartThrottled](runbook.md#rampartthrottled).',
  ),
  unknown: entry(
    'The call may have been applied.',
    'Nothing: it is sent again with the same token, or the group is read.',
  ),
  replan: entry('The group is not as the plan assumed.', 'Nothing: it is read and planned again.'),
  rejected: entry(
    'This call can never work.',
    'Mend the rule that `code` and `err` speak of; it is quarantined meanwhile.',
  ),
  denied: entry(
    'Credentials or permissions are missing.',
    'Check key and RAM: `rampart doctor` names what is missing.',
  ),
  managed: entry('The group belongs to a cloud product.', 'Remove it from the policies, or observe it.'),
};

export const OWN_CODES: Readonly<Record<OwnCode | LaneCode, ErrorEntry>> = {
  'Transport.UnknownHost': entry(
    'The name server knows no such host.',
    'Correct the endpoint of the account, or the region.',
  ),
  'Transport.NotConnected': entry(
    'No connection to the endpoint: names, routes, a firewall, or nothing listens.',
    'Check the endpoint of the account from where the daemon runs: `rampart doctor`.',
  ),
  'Transport.ConnectionLost': entry(
    'The connection broke when the call may have been read.',
    'Nothing, unless it lasts: then look at proxies and firewalls on the way.',
  ),
  'Transport.Timeout': entry(
    'No answer came in time.',
    'Nothing, unless it lasts: then look at the network on the way.',
  ),
  'Transport.UntrustedCertificate': entry(
    'The certificate of the endpoint is signed by no one who is trusted.',
    'Check who answers there; trust its signer with `NODE_EXTRA_CA_CERTS=FILE`.',
  ),
  'Transport.TlsFailed': entry(
    'TLS with the endpoint failed.',
    'See whether a proxy stands between, or the scheme is wrong.',
  ),
  'Transport.NotJson': entry(
    'The answer is not JSON: a page of a proxy, an empty or cut body, a redirect.',
    'Ask the endpoint by hand, such as with curl; look for a proxy.',
  ),
  'Transport.TooLong': entry('The answer has more bytes than any of the vendor.', 'See who answers there.'),
  'Transport.BadAnswer': entry(
    'The answer is JSON, but not the one to this call.',
    'See whether the endpoint is one of ECS.',
  ),
  'Transport.NoCredentials': entry(
    'There are no credentials, or they are empty.',
    'Set the variable or file that the config names.',
  ),
  'Transport.CredentialsUnavailable': entry(
    'The source of the credentials did not answer.',
    'Check the metadata service, STS or the URI that the config names.',
  ),
  'Transport.Unencodable': entry(
    'A text of the call cannot be sent as UTF-8.',
    'Write the description again.',
  ),
  'Transport.BadEndpoint': entry(
    'The endpoint of the region is no address.',
    'Correct the region, or the endpoint of the account.',
  ),
  'Transport.Unreadable': entry(
    'The cloud described something that Rampart cannot express.',
    'Nothing is written to the group: report it with the message.',
  ),
  'Transport.TooMuch': entry(
    'There are more pages, rules or groups than are read.',
    'Narrow what is asked for: split the estate among accounts or regions.',
  ),
  'Transport.TornRead': entry(
    'The pages of one read do not fit together: the group was changed meanwhile.',
    'Nothing: it is read again.',
  ),
  'Transport.GroupNotFound': entry(
    'The group is not in this account and region, or RAM hides it.',
    'Correct id, account or region, or remove the group from the policies.',
  ),
  'Transport.GivenUp': entry(
    'Who waited for the call has given up.',
    'Nothing; with one-shot commands a longer `--timeout`.',
  ),
  'Transport.LeaseLost': entry(
    'This replica may not write to the group any more: nothing was sent.',
    'Nothing: another replica has it.',
  ),
  'Lane.Full': entry(
    'Too many calls of this operation wait already.',
    'Nothing, unless it lasts: raise `limits`, or have fewer groups per account and region.',
  ),
  'Lane.Closed': entry('The daemon stops, or the lane was closed while the call waited.', 'Nothing.'),
  'Lane.NeverSent': entry('The call was given up before it was sent.', 'Nothing.'),
};
