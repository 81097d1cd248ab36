// Reads from the hook of a git host the little that is believed of it: whether something was pushed, and to which ref.
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { refPattern } from '../../source/mirror/remote-ref.ts';
import { headerOf, jsonIn, type HookRequest } from './hook.ts';

export interface Push {
  /** Whether the host calls its event another than a push. */
  readonly isOther: boolean;
  /** Such as `refs/heads/main`; null if the hook names none. */
  readonly ref: string | null;
}

const EVENT_HEADERS = [
  'x-gitea-event',
  'x-forgejo-event',
  'x-github-event',
  'x-gitlab-event',
  'x-gitee-event',
  'codeup-event',
];

/** No ref of a git host is longer; bounds what a glob is tried on. */
const MOST_REF_CHARACTERS = 500;

const pushSchema = z.looseObject({ ref: z.string().min(1).max(MOST_REF_CHARACTERS) });

export function readPush({ headers, body }: HookRequest): Push {
  const names = EVENT_HEADERS.flatMap((header) => headerOf(headers, header) ?? []);
  const read = pushSchema.safeParse(jsonIn(jsonText(headers, body.toString('utf8'))));
  return {
    isOther: names.length > 0 && !names.some((name) => /\bpush\b/i.test(name)),
    ref: read.success ? read.data.ref : null,
  };
}

/** GitHub sends its JSON in a form unless told otherwise. */
const jsonText = (headers: IncomingHttpHeaders, body: string): string =>
  headerOf(headers, 'content-type')?.startsWith('application/x-www-form-urlencoded') === true
    ? (new URLSearchParams(body).get('payload') ?? '')
    : body;

/** Whether a pushed ref is the one of the config: a branch, a tag, a whole ref, or a glob of these. */
export function isWantedRef(pushed: string, wanted: string): boolean {
  const names = [pushed, pushed.replace(/^refs\/(heads|tags)\//, '')];
  const pattern = refPattern(wanted);
  return names.some((name) => pattern.test(name));
}
