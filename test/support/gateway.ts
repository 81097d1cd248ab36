// The gateway below its socket, in front of a service that does as little as can be seen: three actions, one counter.
import { type ActionHandler, ApiError } from '../../emulator/action.ts';
import { Authenticator } from '../../emulator/gateway/authenticator.ts';
import type { Service } from '../../emulator/actions/services.ts';
import { AuditTrail } from '../../emulator/trail/audit-trail.ts';
import { CallLog, type CallRecord } from '../../emulator/admin/call-log.ts';
import { Cloud } from '../../emulator/cloud.ts';
import { type CredentialOptions, DEFAULT_CREDENTIAL, keyring } from '../../emulator/gateway/credentials.ts';
import { type Fault, Faults } from '../../emulator/gateway/faults.ts';
import { Gateway } from '../../emulator/gateway/gateway.ts';
import { DEFAULT_QUIRKS, type Quirks } from '../../emulator/quirks.ts';
import { seededRandom } from '../../emulator/random.ts';
import type { Outcome, Reply, WireRequest } from '../../emulator/wire/wire.ts';
import { EMULATOR_KEY, type Parameters, requestV1, type SigningOptions } from './signing.ts';

/** On a full minute. */
export const START_MS = Date.UTC(2026, 0, 31, 12, 0, 0);

export interface GatewayFixtureOptions {
  readonly credentials?: readonly CredentialOptions[];
  readonly quirks?: Partial<Quirks>;
  readonly faults?: ReadonlyArray<Pick<Fault, 'action' | 'kind'> & Partial<Fault>>;
  readonly callsLimit?: number;
}

export interface ErrorBody {
  readonly RequestId: string;
  readonly HostId: string;
  readonly Code: string;
  readonly Message: string;
  readonly Recommend: string;
  readonly AccessDeniedDetail?: Readonly<Record<string, string>>;
}

/** `AuthorizeSecurityGroup` counts; with the parameter Fail it counts and then refuses. */
const WRITE: ActionHandler = ({ params }, { state }) => {
  state.version += 1;
  if (params.has('Fail')) throw new ApiError(400, 'OrderedFailure', 'As ordered.');
  return { Count: state.version };
};

/** `DescribeSecurityGroups` shows what it was asked. */
const READ: ActionHandler = ({ params, accountId }) => ({ Asked: Object.fromEntries(params), accountId });

/** `DeleteSecurityGroup` takes no client token. */
const ACTIONS: ReadonlyMap<string, ActionHandler> = new Map<string, ActionHandler>([
  ['AuthorizeSecurityGroup', WRITE],
  ['DeleteSecurityGroup', WRITE],
  ['DescribeSecurityGroups', READ],
]);

/** A gateway with only the actions of ECS, which are these. */
export const ecsOf = (actions: ReadonlyMap<string, ActionHandler>): ReadonlyMap<string, Service> =>
  new Map([['2014-05-26', { ramCode: 'ecs', denialCode: 'Forbidden.RAM', actions }]]);

export class GatewayFixture {
  nowMs = START_MS;
  readonly cloud: Cloud;
  readonly faults: Faults;
  readonly #calls: CallLog;
  readonly #gateway: Gateway;
  #nonce = 0;

  constructor(options: GatewayFixtureOptions = {}) {
    const random = seededRandom(1);
    this.cloud = new Cloud({
      state: { version: 0, securityGroups: [], prefixLists: [], portRangeLists: [], past: [] },
      quirks: { ...DEFAULT_QUIRKS, ...options.quirks },
      clock: { nowMs: () => this.nowMs, sleep: () => Promise.resolve() },
      random,
    });
    this.faults = new Faults(random);
    this.faults.replace((options.faults ?? []).map((fault) => ({ probability: 1, ...fault })));
    this.#calls = new CallLog({ calls: options.callsLimit ?? 1000, bytes: 1_000_000 });
    const authenticator = new Authenticator(keyring(options.credentials ?? [DEFAULT_CREDENTIAL]));
    const { cloud, faults } = this;
    this.#gateway = new Gateway({
      cloud,
      services: ecsOf(ACTIONS),
      trail: new AuditTrail(),
      authenticator,
      faults,
      calls: this.#calls,
      random,
    });
  }

  /** How a client signs now, with a nonce of its own. */
  signing(options: Partial<SigningOptions> = {}): SigningOptions {
    this.#nonce += 1;
    return { key: EMULATOR_KEY, nowMs: this.nowMs, nonce: `nonce-${this.#nonce}`, ...options };
  }

  handle(request: WireRequest): Outcome {
    return this.#gateway.handle(request);
  }

  outcome(action: string, parameters: Parameters = {}, options: Partial<SigningOptions> = {}): Outcome {
    return this.handle(requestV1(action, parameters, this.signing(options)));
  }

  reply(action: string, parameters: Parameters = {}, options: Partial<SigningOptions> = {}): Reply {
    return replyOf(this.outcome(action, parameters, options));
  }

  calls(): CallRecord[] {
    return this.#calls.list();
  }
}

export function replyOf(outcome: Outcome): Reply {
  if (outcome.kind !== 'reply') throw new Error(`expected a reply, got ${outcome.kind}`);
  return outcome.reply;
}

export function errorOf(reply: Reply): ErrorBody {
  return JSON.parse(reply.body) as ErrorBody;
}
