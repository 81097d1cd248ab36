// What is asked of each kind of receiver: pure, but for time and chance, which come in as values.
import type { NoteBatch } from '../batch.ts';
import type { MessageContext, WrittenMessage } from '../message.ts';

/** Where a message goes and what proves that it is ours. */
export interface Address {
  readonly url: URL;
  /** Empty: nothing is signed. */
  readonly secret: string;
}

export interface Envelope extends Address {
  /** The same for every attempt to send the message. */
  readonly id: string;
  /** Unix milliseconds, now. */
  readonly nowMs: number;
}

export interface OutgoingRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ReceiverAnswer {
  readonly status: number;
  /** As it was sent. */
  readonly retryAfter: string | null;
  /** Its beginning. */
  readonly text: string;
}

/** What an answer means. `reason` holds no secret of ours, unless the receiver repeats it. */
export type AnswerVerdict =
  | { readonly kind: 'taken' }
  /** The same again, after this time at least. */
  | { readonly kind: 'later'; readonly reason: string; readonly afterMs: number }
  /** The same would not be taken another time either. */
  | { readonly kind: 'refused'; readonly reason: string };

export interface ReceiverKind {
  /** Between two attempts, at least: it keeps us below what the receiver takes. */
  readonly spacingMs: number;
  /** How long more events are waited for after the first. */
  readonly gatherMs: number;
  readonly write: (batch: NoteBatch, context: MessageContext) => WrittenMessage;
  /** An error says what is wrong with the secret, without it. */
  readonly seal: (content: string, envelope: Envelope) => OutgoingRequest | { readonly error: string };
  readonly judge: (answer: ReceiverAnswer, nowMs: number) => AnswerVerdict;
}

/** People read them: one in six seconds is more than enough, and half of what the strictest of the vendors takes. */
export const CHAT_PACE = { spacingMs: 6000, gatherMs: 2000 };

export const JSON_HEADERS = { 'Content-Type': 'application/json; charset=utf-8' };
