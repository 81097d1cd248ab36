// One call, from parameters to a checked answer. Every HTTP call, so every single page too, goes through the
// caller's pacer, because the vendor counts each of them.
import type { z } from 'zod';
import { err, ok, type Result } from '../../reconciler/model/result.ts';
import type { Operation } from '../../reconciler/model/operation.ts';
import type { ReadAt, WireParams } from './api.ts';
import type { Failure } from './failures/failure.ts';
import { ownFailure, refusalFailure } from './failures/classify.ts';
import type { Transport, TransportAnswer } from './transport/transport.ts';

/** Starts `run` when its lane has room. It may start `run` again, depending on the failure. */
export type Pacer = <T>(
  operation: Operation,
  at: ReadAt,
  run: () => Promise<Result<T, Failure>>,
) => Promise<Result<T, Failure>>;

/** Parameters, or what makes them when the call has its turn: it is asked at each attempt. */
export type AskedParams = WireParams | (() => WireParams);

export const paramsOf = (asked: AskedParams): WireParams => (typeof asked === 'function' ? asked() : asked);

/** `mayBegin`: asked as the last thing before the call is sent; see `Transport`. */
type AskAt = ReadAt & { readonly mayBegin?: () => boolean };

/** Resolves to the answer in the shape of the schema. Never a success without one: HTTP 200 alone says nothing. */
export type Ask = <Schema extends z.ZodType>(
  at: AskAt,
  operation: Operation,
  params: AskedParams,
  schema: Schema,
) => Promise<Result<z.output<Schema>, Failure>>;

export function createAsk(transport: Transport, pacer: Pacer): Ask {
  return (at, operation, params, schema) =>
    pacer(operation, at, async () => {
      const sent = paramsOf(params);
      const { mayBegin } = at;
      const answer = await transport.call(operation, sent, mayBegin === undefined ? {} : { mayBegin });
      return checked(answer, { operation, params: sent }, schema);
    });
}

/** An answer, and the digest that tells it from others; null: there is none. */
export interface DigestedAnswer<T> {
  readonly body: T;
  readonly digest: string | null;
}

/** A call of which an earlier answer may be known, by its digest. */
export interface KnownCall<Schema extends z.ZodType> {
  readonly params: WireParams;
  readonly schema: Schema;
  readonly known: string | null;
}

/** As `Ask`; but where the answer is the known one, it resolves to null, and nothing was parsed. */
export type AskUnlessKnown = <Schema extends z.ZodType>(
  at: ReadAt,
  operation: Operation,
  call: KnownCall<Schema>,
) => Promise<Result<DigestedAnswer<z.output<Schema>> | null, Failure>>;

export function createAskUnlessKnown(transport: Transport, pacer: Pacer): AskUnlessKnown {
  return (at, operation, { params, schema, known }) =>
    pacer(operation, at, async () => {
      const answer = await transport.call(operation, params, { known });
      const { digest = null, isKnown = false } = answer.kind === 'answered' ? answer : {};
      if (isKnown) return ok(null);
      const body = checked(answer, { operation, params }, schema);
      return body.ok ? ok({ body: body.value, digest }) : body;
    });
}

function checked<Schema extends z.ZodType>(
  answer: TransportAnswer,
  call: { readonly operation: Operation; readonly params: Readonly<Record<string, string>> },
  schema: Schema,
): Result<z.output<Schema>, Failure> {
  switch (answer.kind) {
    case 'refused':
      return err(refusalFailure(answer, call));
    case 'failed':
      return err(ownFailure(answer.code, answer.message, call));
    case 'answered': {
      const body = schema.safeParse(answer.body);
      if (body.success && answer.status === 200) return ok(body.data);
      const reason = body.success ? '' : `: ${nameIssues(body.error)}`;
      const message = `HTTP ${answer.status} without the answer to ${call.operation}${reason}`;
      return err(ownFailure('Transport.BadAnswer', message, call, answer.status));
    }
  }
}

/** Which fields are wrong, without their values. */
function nameIssues(error: z.ZodError): string {
  const shown = error.issues.slice(0, 3);
  return shown.map((issue) => `${issue.path.join('.') || 'the body'}: ${issue.message}`).join('; ');
}
