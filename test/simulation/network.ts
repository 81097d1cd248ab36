// Between the daemon and the cloud: a network that delays, loses, breaks and spoils. It answers what pop-core would
// make of each case.
import type { Random } from '../support/random.ts';
import type { TransportAnswer } from '../../daemon/ecs/transport/transport.ts';
import type { WireRequest } from '../../emulator/wire/wire.ts';
import type { Cloud, Result } from './cloud.ts';
import { isWrite, type SentCall } from './facts.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What pop-core waits for an answer. */
const TIMEOUT_MS = 10_000;
const MAX_LATE_MS = 45_000;
/**
 * A replica that takes a group over waits until no earlier call can come in any more (23 s and more), which a call that
 * is still on its way after that would prove wrong.
 */
const MOST_LATE_OF_REPLICAS_MS = 1500;

/** What becomes of a request, and then of its answer. */
const FATES = [
  /** No connection: it was not sent. */
  'refused',
  'brokenBefore',
  'lostRequest',
  /** It arrives long after its sender has given up. */
  'lateRequest',
  'lostAnswer',
  'brokenAfter',
  /** HTML of a proxy, an empty or a cut body. */
  'garbled',
  /** JSON, but not the vendor's. */
  'strange',
  /** Done, and then a 503. */
  'failedAfter',
] as const;
type Fate = (typeof FATES)[number] | 'fine';

/** With replicas most of all what comes late. */
const FATES_OF_REPLICAS: readonly Fate[] = [...FATES, 'lateRequest', 'lateRequest', 'lateRequest'];

/** A refusal of the vendor's for a while. */
export interface Refusing {
  readonly code: string;
  readonly status: number;
  /** Which calls. */
  readonly hits: (call: SentCall) => boolean;
  readonly untilMs: number;
}

/** Groups whose reads are lost on their way for a while. */
export interface Hanging {
  readonly groups: ReadonlySet<string>;
  readonly untilMs: number;
}

export interface NetworkOptions {
  readonly time: VirtualTime;
  readonly cloud: Cloud;
  readonly random: Random;
  readonly note: (text: string) => void;
  readonly ofReplicas?: boolean;
}

export class Network {
  readonly #options: NetworkOptions;
  #faults = 0;
  #refusing: Refusing[] = [];
  #hanging: Hanging[] = [];

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  /** Share of calls that are spoiled. */
  setFaults(share: number): void {
    this.#faults = share;
  }

  refuse(refusing: Refusing): void {
    this.#refusing.push(refusing);
  }

  hang(hanging: Hanging): void {
    this.#hanging.push(hanging);
  }

  /** Whether reads of the group are not answered just now. */
  hangs(group: string): boolean {
    const { nowMs } = this.#options.time;
    return this.#hanging.some(({ groups, untilMs }) => nowMs < untilMs && groups.has(group));
  }

  heal(): void {
    this.#faults = 0;
    this.#hanging = [];
    this.#refusing = [];
  }

  /** Calls `answer` once. */
  send(call: SentCall, request: WireRequest, answer: (answer: TransportAnswer) => void): void {
    const { time, note, random } = this.#options;
    const fates = this.#options.ofReplicas === true ? FATES_OF_REPLICAS : FATES;
    const drawn: Fate = random.chance(this.#faults) ? random.pick(fates) : 'fine';
    const fate = !isWrite(call.operation) && this.hangs(call.group) ? 'lostRequest' : drawn;
    const label = `${call.operation} ${call.group} ${call.token}`;
    note(`${label} is sent${fate === 'fine' ? '' : `, fate ${fate}`}`);
    let isAnswered = false;
    const once = (given: TransportAnswer) => {
      if (!isAnswered) answer(given);
      isAnswered = true;
    };
    const fail = (code: FailureCode) => once({ kind: 'failed', code, message: `simulated: ${fate}` });
    if (fate === 'refused' || fate === 'brokenBefore') {
      const code = fate === 'refused' ? 'Transport.NotConnected' : 'Transport.ConnectionLost';
      time.in(this.#latencyMs(), () => fail(code));
      return;
    }
    time.in(TIMEOUT_MS, () => fail('Transport.Timeout'));
    if (fate === 'lostRequest') return;
    const lateMs = fate === 'lateRequest' ? TIMEOUT_MS + random.below(this.#mostLateMs) : 0;
    time.in(lateMs + this.#latencyMs(), () => {
      const result = this.#refusal(call) ?? this.#options.cloud.handle(request, call, call.group);
      this.#bring(result, { label, fate, once, fail });
    });
  }

  #bring(result: Result, to: Delivery): void {
    const { time, note } = this.#options;
    if (result.kind === 'later') {
      time.in(result.delayMs, () => this.#bring(result.finish(), to));
      return;
    }
    note(`${to.label} is worked off: ${resultText(result)}`);
    if (to.fate === 'lostAnswer') return;
    time.in(this.#latencyMs(), () => deliver(result, to));
  }

  #refusal(call: SentCall): Result | null {
    const { time } = this.#options;
    const refusing = this.#refusing.find((each) => time.nowMs < each.untilMs && each.hits(call));
    if (refusing === undefined) return null;
    const { code, status } = refusing;
    const body = { Code: code, Message: 'simulated', RequestId: 'simulated', HostId: 'ecs.test' };
    return { kind: 'reply', code, body, reply: { status, headers: {}, body: JSON.stringify(body) } };
  }

  get #mostLateMs(): number {
    return this.#options.ofReplicas === true ? MOST_LATE_OF_REPLICAS_MS : MAX_LATE_MS;
  }

  #latencyMs(): number {
    const { random } = this.#options;
    return random.chance(0.9) ? 5 + random.below(100) : 100 + random.below(3000);
  }
}

type FailureCode = Extract<TransportAnswer, { kind: 'failed' }>['code'];

interface Delivery {
  readonly label: string;
  readonly fate: Fate;
  readonly once: (answer: TransportAnswer) => void;
  readonly fail: (code: FailureCode) => void;
}

function deliver(result: Exclude<Result, { kind: 'later' }>, { fate, once, fail }: Delivery): void {
  if (fate === 'brokenAfter') {
    fail('Transport.ConnectionLost');
    return;
  }
  if (fate === 'garbled') {
    fail('Transport.NotJson');
    return;
  }
  if (fate === 'strange') {
    once({ kind: 'answered', status: 200, body: { ok: true } });
    return;
  }
  if (fate === 'failedAfter') {
    once(refused(503, 'ServiceUnavailable', null, null));
    return;
  }
  if (result.kind === 'none') {
    fail('Transport.ConnectionLost');
    return;
  }
  const { reply, body, code } = result;
  if (body === null) {
    fail('Transport.NotJson');
    return;
  }
  if (code === '') {
    once({ kind: 'answered', status: reply.status, body });
    return;
  }
  const retryAfter = reply.headers['x-acs-retry-after'];
  const requestId = (body as { RequestId?: unknown }).RequestId;
  once(
    refused(
      reply.status,
      code,
      retryAfter === undefined ? null : Number(retryAfter),
      typeof requestId === 'string' ? requestId : null,
    ),
  );
}

function refused(
  status: number,
  code: string,
  retryAfterMs: number | null,
  requestId: string | null,
): TransportAnswer {
  return {
    kind: 'refused',
    status,
    code,
    message: 'simulated',
    requestId,
    retryAfterMs,
    missingAction: null,
  };
}

function resultText(result: Exclude<Result, { kind: 'later' }>): string {
  if (result.kind === 'none') return result.outcome;
  return result.code === '' ? 'done' : result.code;
}

/** Calls that would bring a rule in. */
export const bringsRules = ({ operation }: SentCall): boolean =>
  isWrite(operation) && !operation.startsWith('Revoke');
