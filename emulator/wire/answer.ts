// Writes answers and errors as the vendor does, in JSON or XML.
import type { ActionAnswer, ApiError } from '../action.ts';
import type { Format } from './request.ts';
import type { Reply } from './wire.ts';
import { xmlDocument } from './xml.ts';

const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  JSON: 'application/json;charset=utf-8',
  XML: 'text/xml;charset=utf-8',
};

export interface AnswerContext {
  readonly format: Format;
  readonly action: string;
  readonly requestId: string;
  /** The host that was asked. */
  readonly hostId: string;
}

export function answerReply(context: AnswerContext, answer: ActionAnswer): Reply {
  return reply(context, 200, `${context.action}Response`, { RequestId: context.requestId, ...answer });
}

export function errorReply(context: AnswerContext, error: ApiError): Reply {
  const { deniedDetail, retryAfterMs } = error.extras;
  const written = reply(context, error.status, 'Error', {
    RequestId: context.requestId,
    HostId: context.hostId,
    Code: error.code,
    Message: error.message,
    Recommend: `https://api.alibabacloud.com/troubleshoot?q=${encodeURIComponent(error.code)}&product=Ecs&requestId=${context.requestId}`,
    ...(deniedDetail === undefined ? {} : { AccessDeniedDetail: deniedDetail }),
  });
  if (retryAfterMs === undefined) return written;
  return { ...written, headers: { ...written.headers, 'x-acs-retry-after': String(retryAfterMs) } };
}

function reply(
  context: AnswerContext,
  status: number,
  root: string,
  content: Record<string, unknown>,
): Reply {
  return {
    status,
    headers: { 'content-type': CONTENT_TYPES[context.format], 'x-acs-request-id': context.requestId },
    body: context.format === 'JSON' ? JSON.stringify(content) : xmlDocument(root, content),
  };
}
