// Whether the endpoint answers at all, and what time it is there: a question without a signature, which no credentials can spoil
// and which tells no one anything.
import http from 'node:http';
import https from 'node:https';
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import { systemClock } from '../../clock.ts';
import { failureOf } from '../../ecs/transport/pop-errors.ts';
import type { AccountConfig } from '../../config/accounts/accounts-schema.ts';
import { broken, doubtful, fine, untried, type DoctorCheck } from './check.ts';

export interface ReachedEndpoint {
  /** Of the other clock less ours; null: it does not tell. */
  readonly aheadMs: number | null;
}

interface Unreached {
  readonly code: string;
  readonly message: string;
}

export function reach(origin: string, timeoutMs: number): Promise<Result<ReachedEndpoint, Unreached>> {
  const send = origin.startsWith('https:') ? https.request : http.request;
  const late = AbortSignal.timeout(timeoutMs);
  const sentMs = systemClock.nowMs();
  return new Promise((resolve) => {
    const request = send(`${origin}/`, { agent: false, signal: late }, (response) => {
      resolve(ok({ aheadMs: aheadOf(response.headers.date, sentMs, systemClock.nowMs()) }));
      response.destroy();
    });
    request.on('error', (error) => {
      if (late.aborted) {
        const message = `no answer from ${origin} within ${timeoutMs / 1000} s`;
        resolve(err({ code: 'Transport.Timeout', message }));
        return;
      }
      const failed = failureOf(error, origin);
      if (failed.kind === 'failed') resolve(err(failed));
    });
    request.end();
  });
}

/** The header is cut to the second, and was written somewhere between our two times. */
function aheadOf(date: string | undefined, sentMs: number, receivedMs: number): number | null {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return null;
  const [earliest, latest] = [theirs - receivedMs, theirs + 1000 - sentMs];
  if (earliest <= 0 && latest >= 0) return 0;
  return earliest > 0 ? earliest : latest;
}

export interface EndpointOf {
  readonly account: string;
  readonly region: string;
  readonly settings: AccountConfig;
  readonly origin: string;
}

export function endpointCheck(at: EndpointOf, reached: Result<ReachedEndpoint, Unreached>): DoctorCheck {
  const about = { account: at.account, regions: [at.region] };
  if (reached.ok) return { ...fine('endpoint', `${at.origin} answers`), ...about };
  const { code, message } = reached.error;
  return { ...broken('endpoint', `${code}: ${message}`, endpointCure(code, at)), ...about };
}

function endpointCure(code: string, { account, settings, origin }: EndpointOf): string {
  const key = `\`accounts.${account}.endpoint\``;
  const { hostname, host } = new URL(origin);
  if (code === 'Transport.UntrustedCertificate')
    return 'check who answers there; to trust its signer, start with NODE_EXTRA_CA_CERTS=FILE';
  if (code === 'Transport.TlsFailed')
    return `write http:// in ${key} if ${host} speaks no TLS; else see why it fails: \`openssl s_client -connect ${host}\``;
  if (settings.credentials.type === 'emulator' && settings.endpoint.kind === 'fixed')
    return `start the emulator there, \`rampart emulator --listen ${host}\`, or write the address of another in ${key}`;
  return settings.endpoint.kind === 'fixed'
    ? `write the address that answers in ${key}, or leave the key out for the vendor's; \`curl -v ${origin}\` shows what stands in the way`
    : `let this machine find ${hostname} and reach its port 443 (\`curl -v ${origin}\` shows what stands in the way), or name an endpoint that it can reach in ${key}; a region that there is not is spelled wrong in the policies`;
}

/** Source: the signature's time stamp may be 15 minutes off (common error codes, InvalidTimeStamp.Expired). */
const REFUSED_MS = 15 * 60_000;
const DOUBTFUL_MS = 60_000;
const SET_CLOCK =
  "set this machine's clock by the network: `timedatectl set-ntp true`, or `chronyc makestep`";

/** Of each endpoint that answered, by its origin. */
export function clockCheck(answers: ReadonlyMap<string, ReachedEndpoint>): DoctorCheck {
  const told = [...answers].flatMap(([origin, { aheadMs }]) =>
    aheadMs === null ? [] : [{ origin, aheadMs }],
  );
  const [first, ...others] = told;
  if (first === undefined) return untried('clock', 'no endpoint said what time it is');
  const worst = others.reduce(
    (most, each) => (Math.abs(each.aheadMs) > Math.abs(most.aheadMs) ? each : most),
    first,
  );
  const offMs = Math.abs(worst.aheadMs);
  const seconds = Math.round(offMs / 1000);
  const text =
    seconds === 0
      ? 'this machine has the time of the cloud'
      : `this machine is ${seconds} s ${worst.aheadMs > 0 ? 'behind' : 'ahead of'} ${worst.origin}`;
  if (offMs >= REFUSED_MS)
    return broken('clock', `${text}: the cloud takes no call that is 15 minutes off`, SET_CLOCK);
  return offMs >= DOUBTFUL_MS ? doubtful('clock', text, SET_CLOCK) : fine('clock', text);
}
