// One API call from the wire to its outcome: understand, authenticate, look up, throttle, authorise, recognise a
// repetition, act, answer, take note. A fault, if one hits, bends this path in `#bend` and nowhere else.
import { type ActionAnswer, ApiError, type ActionHandler } from '../action.ts';
import type { Service } from '../actions/services.ts';
import { isKnownRegion } from '../groups/regions.ts';
import { type AnswerContext, answerReply, errorReply } from '../wire/answer.ts';
import type { Authenticator } from './authenticator.ts';
import type { CallLog } from '../admin/call-log.ts';
import { ClientTokens, type FirstAnswer, type TokenUse, tokenUse } from './client-tokens.ts';
import type { Cloud } from '../cloud.ts';
import { checkAllowed, type Credential } from './credentials.ts';
import type { Fault, Faults } from './faults.ts';
import { randomRequestId } from '../random.ts';
import { invalid, missing, reject } from './refusals.ts';
import { type ApiRequest, readRequest } from '../wire/request.ts';
import { spoiled, statusOf } from './corrupt-reply.ts';
import { Throttle, untilNextMinuteMs } from './throttle.ts';
import type { AuditTrail } from '../trail/audit-trail.ts';
import { auditEvent, type AuditedCall } from '../trail/audit-event.ts';
import { headerOf, type Outcome, type WireRequest } from '../wire/wire.ts';

const DEFAULT_SLOW_MS = 1000;

export interface GatewayParts {
  readonly cloud: Cloud;
  /** By API version. */
  readonly services: ReadonlyMap<string, Service>;
  readonly trail: AuditTrail;
  readonly authenticator: Authenticator;
  readonly faults: Faults;
  readonly calls: CallLog;
  /** Random source of request ids; 0 <= x < 1. */
  readonly random: () => number;
}

/** A request as it arrived, and the id it was given. */
interface Arrival {
  readonly request: ApiRequest;
  readonly requestId: string;
  /** Empty until the caller is known. */
  readonly accountId: string;
}

/** An authentic call of a known action. */
interface Call extends Arrival {
  readonly action: string;
  readonly service: Service;
  readonly handler: ActionHandler;
  readonly credential: Credential;
}

/** What stands between a call and its action: a refusal, the answer to an earlier call, or nothing but its token. */
type Start =
  | { readonly kind: 'refused'; readonly refusal: ApiError }
  | { readonly kind: 'repeated'; readonly first: FirstAnswer }
  | { readonly kind: 'new'; readonly token: TokenUse | undefined };

/** What a call came to, before a fault can spoil it. */
interface Result extends FirstAnswer {
  readonly effect: boolean;
}

export class Gateway {
  readonly #parts: GatewayParts;
  readonly #throttle = new Throttle();
  readonly #tokens = new ClientTokens();

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  handle(wire: WireRequest): Outcome {
    const requestId = randomRequestId(this.#parts.random);
    const arrival = { request: readRequest(wire), requestId, accountId: '' };
    const call = attempt(() => this.#admit(arrival));
    if (call instanceof ApiError) return this.#deliver(arrival, withoutEffect(arrival, call));
    const fault = this.#parts.faults.pick(call.action);
    if (fault !== undefined) return this.#bend(call, fault);
    return this.#deliver(call, this.#perform(call, this.#start(call)));
  }

  /** Throws an ApiError unless the call is well-formed, authentic, and of an action that exists. */
  #admit({ request, requestId }: Arrival): Call {
    const { action, version, problem } = request;
    if (problem !== undefined) throw problem;
    if (action === undefined || action === '') throw missing('Action');
    if (version === undefined || version === '') throw missing('Version');
    const service = this.#parts.services.get(version);
    if (service === undefined) throw invalid('Version');
    const handler = service.actions.get(action);
    if (handler === undefined) throw reject('InvalidApi.NotFound');
    // Clients do not see the admin API's clock, so their stamps are held against the clock without what it advanced.
    const credential = this.#parts.authenticator.authenticate(request, this.#parts.cloud.clock.nowMs());
    return { request, requestId, accountId: credential.accountId, action, service, handler, credential };
  }

  #bend(call: Call, fault: Fault): Outcome {
    switch (fault.kind) {
      case 'throttle':
      case 'error':
        return this.#deliver(call, withoutEffect(call, this.#orderedRefusal(fault)), fault);
      case 'resetBefore':
        return this.#deliver(call, withoutEffect(call, {}), fault);
      case 'slow': {
        const start = this.#start(call);
        const finish = () => this.#deliver(call, this.#perform(call, start), fault);
        return { kind: 'later', delayMs: fault.delayMs ?? DEFAULT_SLOW_MS, finish };
      }
      case 'resetAfter':
      case 'hang':
      case 'html':
      case 'empty':
      case 'truncate':
        return this.#deliver(call, this.#perform(call, this.#start(call)), fault);
    }
  }

  #orderedRefusal(fault: Fault): ApiError {
    const retryAfterMs = fault.delayMs ?? untilNextMinuteMs(this.#parts.cloud.nowMs());
    const { status, code, message, extras } =
      fault.kind === 'throttle' ? reject('Throttling.User', '', { retryAfterMs }) : reject('InternalError');
    return new ApiError(fault.status ?? status, fault.code ?? code, message, extras);
  }

  #start({ request, action, service, accountId, credential }: Call): Start {
    const regionId = request.params.get('RegionId') ?? '';
    // All regions that there are not share one window; each with its own, a client could make any number of them.
    const region = isKnownRegion(this.#parts.cloud.state, regionId) ? regionId : '';
    const { rateLimits, tokenWindowSeconds } = this.#parts.cloud.quirks;
    const start = attempt((): Start => {
      this.#throttle.admit({ accountId, region, action }, rateLimits, this.#parts.cloud.nowMs());
      checkAllowed(credential, service, action, request.params);
      const token = tokenUse(accountId, action, request.params);
      const first = token && this.#tokens.begin(token, this.#parts.cloud.nowMs(), tokenWindowSeconds);
      return first === undefined ? { kind: 'new', token } : { kind: 'repeated', first };
    });
    return start instanceof ApiError ? { kind: 'refused', refusal: start } : start;
  }

  #perform(call: Call, start: Start): Result {
    switch (start.kind) {
      case 'refused':
        return this.#audited(call, withoutEffect(call, start.refusal));
      case 'repeated':
        return this.#audited(call, { ...start.first, effect: false });
      case 'new': {
        const { state } = this.#parts.cloud;
        const before = state.version;
        const result = this.#act(call, start.token);
        const effect = state.version !== before;
        return this.#audited(call, { requestId: call.requestId, result, effect });
      }
    }
  }

  /** ActionTrail gets to know of a call that came through to its action, or was refused for lack of permission. */
  #audited(call: Call, result: Result): Result {
    const { action, service, request, credential } = call;
    const refusal = result.result instanceof ApiError ? result.result : null;
    const isWrite = service.ramCode === 'ecs' && !/^(Describe|List)/.test(action);
    if (!isWrite || refusal?.code.startsWith('Throttling') === true) return result;
    const caller = {
      ...credential,
      sourceIp: request.wire.remoteAddress,
      userAgent: headerOf(request.wire, 'user-agent') ?? '',
    };
    const audited: AuditedCall = {
      caller,
      eventId: result.requestId,
      requestId: result.requestId,
      timeMs: this.#parts.cloud.nowMs(),
      action,
      eventType: 'ApiCall',
      params: request.params,
      answer: result.result instanceof ApiError ? {} : result.result,
      refusal,
    };
    this.#parts.trail.add(auditEvent(audited, this.#parts.cloud.quirks.auditResource === 'group'));
    return result;
  }

  /** The token is settled or forgotten however the action ends, or its twins would have to wait for ever. */
  #act(call: Call, token: TokenUse | undefined): ActionAnswer | ApiError {
    const { action, requestId, accountId, handler, request } = call;
    let remembered: FirstAnswer | undefined;
    try {
      const result = attempt(() => handler({ action, params: request.params, accountId }, this.#parts.cloud));
      const remembers = !(result instanceof ApiError) || this.#parts.cloud.quirks.tokenRemembersErrors;
      if (remembers) remembered = { requestId, result };
      return result;
    } finally {
      if (token !== undefined) this.#tokens.end(token, remembered);
    }
  }

  /** Writes the answer, lets the fault spoil it, and notes the call. */
  #deliver(arrival: Arrival, result: Result, fault?: Fault): Outcome {
    const { request } = arrival;
    const context = contextOf(request, result.requestId);
    const refusal = result.result instanceof ApiError ? result.result : undefined;
    const reply =
      result.result instanceof ApiError
        ? errorReply(context, result.result)
        : answerReply(context, result.result);
    const outcome: Outcome = fault === undefined ? { kind: 'reply', reply } : spoiled(fault, reply);
    this.#parts.calls.add({
      timeMs: this.#parts.cloud.nowMs(),
      action: context.action,
      params: request.params,
      status: statusOf(outcome),
      code: refusal?.code ?? '',
      requestId: result.requestId,
      effect: result.effect,
      accountId: arrival.accountId,
      fault: fault?.kind ?? '',
    });
    return outcome;
  }
}

/** The value, or the refusal that was thrown instead; a bug is thrown on. */
function attempt<T>(run: () => T): T | ApiError {
  try {
    return run();
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

function withoutEffect({ requestId }: Arrival, result: ActionAnswer | ApiError): Result {
  return { requestId, result, effect: false };
}

function contextOf(request: ApiRequest, requestId: string): AnswerContext {
  const hostId = (headerOf(request.wire, 'host') ?? '').slice(0, 255);
  return { format: request.format, action: request.action ?? '', requestId, hostId };
}
