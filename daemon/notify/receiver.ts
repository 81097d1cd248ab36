// One receiver: what waits for it, and the one message at a time that is on its way. A message is gathered, written once,
// and sent until it is taken, refused, or tried often enough; what was not told is counted in the next one. Nothing here
// keeps anyone waiting: who pushes goes on at once.
import type { Result } from '../../reconciler/model/result.ts';
import type { Clock } from '../clock.ts';
import type { ReceiverType, Telemetry } from '../telemetry/events.ts';
import { scrub } from '../telemetry/redact.ts';
import { countsBeyond, countTexts, totalOf, WaitingNotes, type NoteBatch } from './batch.ts';
import { secretsOf, type AddressProblem } from './address.ts';
import type { Address, ReceiverKind, AnswerVerdict } from './kinds/kind.ts';
import type { MessageContext, WrittenMessage } from './message.ts';
import type { Note } from './note.ts';
import type { Post } from './post.ts';

export interface ReceiverParts {
  /** As the config names it: `notify[0]`. */
  readonly name: string;
  readonly type: ReceiverType;
  readonly kind: ReceiverKind;
  /** Read for each attempt, so that a rotated secret is used at once. */
  readonly address: () => Promise<Result<Address, AddressProblem>>;
  readonly post: Post;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly context: () => Omit<MessageContext, 'id'>;
  /** Hears what became of messages. */
  readonly report: Telemetry;
}

const MOST_SENDS = 5;
/** Before the second attempt; doubles. */
const RESEND_MS = 2000;
/** After a message that was given up; doubles while none is taken. */
const SILENCE_MS = 30_000;
const MAX_SILENCE_MS = 10 * 60_000;

export class Receiver {
  readonly #parts: ReceiverParts;
  readonly #waiting = new WaitingNotes();
  readonly #stop = new AbortController();
  readonly #cut = new AbortController();
  #running: Promise<void> | null = null;
  /** Monotonic, of the next attempt: what the receiver, or its failure, asks for. */
  #notBeforeMs = 0;
  /** Monotonic: our own pace, which the last message of all need not keep. */
  #pacedMs = 0;
  /** Monotonic; what is not told by then is lost. */
  #endMs = Infinity;
  /** Messages in a row that were given up. */
  #givenUp = 0;

  constructor(parts: ReceiverParts) {
    this.#parts = parts;
  }

  push(note: Note): void {
    this.#waiting.add(note);
    this.#running ??= this.#run();
  }

  /** Sends what waits, if that is possible within the grace, and reports what is not. Nothing may be pushed after it. */
  async close(graceMs: number): Promise<void> {
    const { clock } = this.#parts;
    this.#endMs = clock.monotonicMs() + graceMs;
    this.#stop.abort();
    const done = new AbortController();
    void clock.sleep(graceMs, done.signal).then(() => this.#cut.abort());
    await this.#running;
    done.abort();
  }

  async #run(): Promise<void> {
    const { clock, kind } = this.#parts;
    while (!this.#waiting.isEmpty) {
      const gatheredMs = clock.monotonicMs() + kind.gatherMs;
      const isTime = await this.#until(() =>
        this.#stop.signal.aborted
          ? this.#notBeforeMs
          : Math.max(gatheredMs, this.#pacedMs, this.#notBeforeMs),
      );
      if (isTime) await this.#deliver(this.#waiting.take());
      else this.#lose(this.#waiting.take());
    }
    this.#running = null;
  }

  async #deliver(batch: NoteBatch): Promise<void> {
    const { context, kind, newId, clock } = this.#parts;
    const id = newId();
    const message = kind.write(batch, { ...context(), id });
    for (let attempt = 1; ; attempt += 1) {
      const verdict = await this.#send(message, id);
      this.#pacedMs = clock.monotonicMs() + kind.spacingMs;
      if (verdict.kind === 'taken') {
        this.#taken(message);
        return;
      }
      const givesUp = verdict.kind === 'refused' || attempt >= MOST_SENDS;
      if (givesUp) this.#givenUp += 1;
      const askedMs = verdict.kind === 'later' ? verdict.afterMs : 0;
      const delayMs = Math.max(
        givesUp ? this.#restMs() : RESEND_MS * 2 ** (attempt - 1),
        askedMs,
        kind.spacingMs,
      );
      this.#notBeforeMs = clock.monotonicMs() + delayMs;
      this.#failed(message, verdict.reason, { attempt, delayMs, givesUp });
      if (givesUp || !(await this.#until(() => this.#notBeforeMs))) break;
    }
    this.#waiting.count(countsBeyond(batch, 0));
  }

  /** Answers whether that time has come: false if the end comes before. */
  async #until(wantedMs: () => number): Promise<boolean> {
    const { clock } = this.#parts;
    for (;;) {
      const leftMs = wantedMs() - clock.monotonicMs();
      if (leftMs <= 0) return clock.monotonicMs() < this.#endMs;
      if (wantedMs() >= this.#endMs) return false;
      await clock.sleep(leftMs, this.#stop.signal.aborted ? undefined : this.#stop.signal);
    }
  }

  async #send({ content }: WrittenMessage, id: string): Promise<AnswerVerdict> {
    const { address, clock, kind, post } = this.#parts;
    const found = await address();
    if (!found.ok) return { kind: 'later', reason: found.error.message, afterMs: 0 };
    const sealed = kind.seal(content, { ...found.value, id, nowMs: clock.nowMs() });
    if ('error' in sealed) return { kind: 'later', reason: sealed.error, afterMs: 0 };
    const answer = await post(sealed, this.#cut.signal);
    if (!answer.ok) return { kind: 'later', reason: answer.error, afterMs: 0 };
    const verdict = kind.judge(answer.value, clock.nowMs());
    if (verdict.kind === 'taken') return verdict;
    return { ...verdict, reason: scrub(verdict.reason, secretsOf(found.value)) };
  }

  #taken({ shown, counted: many }: WrittenMessage): void {
    const { name, type, report } = this.#parts;
    this.#givenUp = 0;
    report.emit('notify.delivered', { receiver: name, type, shown, counted: many });
  }

  #failed(
    { shown, counted: many }: WrittenMessage,
    reason: string,
    fate: { readonly attempt: number; readonly delayMs: number; readonly givesUp: boolean },
  ): void {
    const { name, type, report } = this.#parts;
    report.emit('notify.failed', { receiver: name, type, reason, events: shown + many, ...fate });
  }

  #lose(batch: NoteBatch): void {
    const { name, type, report } = this.#parts;
    const counts = countsBeyond(batch, 0);
    const events = totalOf(counts);
    report.emit('notify.lost', { receiver: name, type, events, counts: countTexts(counts) });
  }

  #restMs(): number {
    return Math.min(SILENCE_MS * 2 ** (this.#givenUp - 1), MAX_SILENCE_MS);
  }
}
