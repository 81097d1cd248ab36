// What an answer of the cloud says about who asked: whether RAM lets them, and whether they are known at all.
import type { Clock } from '../../clock.ts';
import { concernsAccount, isRamRefusal } from '../../ecs/failures/failure.ts';
import { ownFailure, refusalFailure } from '../../ecs/failures/classify.ts';
import type { TransportAnswer } from '../../ecs/transport/transport.ts';

export type CallVerdict =
  /** `answer`: empty, or the code of what it was refused for instead. */
  | { readonly kind: 'allowed'; readonly answer: string; readonly body: unknown }
  | { readonly kind: 'denied'; readonly code: string; readonly message: string }
  /** Who calls is not taken: no call of theirs would be. */
  | { readonly kind: 'unknown caller'; readonly code: string; readonly message: string }
  | { readonly kind: 'unanswered'; readonly code: string; readonly message: string };

/** For the meaning of a code: those of calls that are no operation of ours mean the same. */
const AS_IF = { operation: 'DescribeSecurityGroups', params: {} } as const;

export function callVerdict(answer: TransportAnswer): CallVerdict {
  switch (answer.kind) {
    case 'answered':
      return answer.status === 200
        ? { kind: 'allowed', answer: '', body: answer.body }
        : { kind: 'unanswered', code: 'Transport.BadAnswer', message: `HTTP ${answer.status}` };
    case 'failed': {
      const failure = ownFailure(answer.code, answer.message, AS_IF);
      const kind = concernsAccount(failure) ? 'unknown caller' : 'unanswered';
      return { kind, code: answer.code, message: failure.message };
    }
    case 'refused': {
      const { code, message } = answer;
      if (isRamRefusal(code) || answer.missingAction !== null) return { kind: 'denied', code, message };
      if (concernsAccount(refusalFailure(answer, AS_IF))) return { kind: 'unknown caller', code, message };
      if (isPassing(answer)) return { kind: 'unanswered', code, message };
      return { kind: 'allowed', answer: code, body: null };
    }
  }
}

const MOST_ATTEMPTS = 3;
const WAIT_OF_FIRST_MS = 500;

/** Asks again for a while what failed by accident; then the last answer stands. */
export async function askPatiently(
  call: () => Promise<TransportAnswer>,
  clock: Pick<Clock, 'monotonicMs' | 'sleep'>,
  timeoutMs: number,
): Promise<TransportAnswer> {
  const endMs = clock.monotonicMs() + timeoutMs;
  for (let attempt = 1; ; attempt += 1) {
    const answer = await orLate(call, clock, endMs - clock.monotonicMs());
    const waitMs = WAIT_OF_FIRST_MS * attempt;
    const isLast = attempt === MOST_ATTEMPTS || clock.monotonicMs() + waitMs >= endMs;
    if (isLast || !isPassing(answer)) return answer;
    await clock.sleep(waitMs);
  }
}

async function orLate(
  call: () => Promise<TransportAnswer>,
  clock: Pick<Clock, 'sleep'>,
  timeoutMs: number,
): Promise<TransportAnswer> {
  const done = new AbortController();
  const late = clock.sleep(timeoutMs, done.signal).then((): TransportAnswer => ({
    kind: 'failed',
    code: 'Transport.Timeout',
    message: `no answer within ${Math.ceil(timeoutMs / 1000)} s`,
  }));
  try {
    return await Promise.race([call(), late]);
  } finally {
    done.abort();
  }
}

const PASSING_CODES =
  /^(Throttling|Rejected\.Throttling|ServiceUnavailable|InternalError|Transport\.(NotConnected|UnknownHost|ConnectionLost|Timeout|NotJson|CredentialsUnavailable))/;

function isPassing(answer: TransportAnswer): boolean {
  if (answer.kind === 'answered') return answer.status >= 500;
  return PASSING_CODES.test(answer.code) || (answer.kind === 'refused' && answer.status >= 500);
}
