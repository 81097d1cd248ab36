// Decides whether a commit may come into force by who signed it. What cannot be told is held, never verified.
import { ok } from '../../../reconciler/model/result.ts';
import type { VerifySettings } from '../../config/sections/verify-schema.ts';
import type { Environment } from '../git/git.ts';
import { askCommits, askTag, trustedStart, type RevisionQuestion } from './modes.ts';
import { knownPeople } from './people/people.ts';
import { withTrust, type Trust } from './trust/trust.ts';
import { held, shortId, type OrHeld, type Verified, type VerifyVerdict } from './verdict.ts';
import { verifyGit } from './verify-git.ts';

export interface VerifyRequest {
  /** Path of a bare repository. */
  readonly repository: string;
  readonly environment: Environment;
  readonly settings: VerifySettings;
  /** The commit in force, which is trusted; null at the first start. */
  readonly from: string | null;
  /** Id of the commit that shall come into force. */
  readonly to: string;
  /** Under `tag`, the full name of the tag that points at it. */
  readonly tag: string | null;
  /** The date of the commit in force; null where what shall come into force may be older than that. */
  readonly notBeforeMs: number | null;
  readonly nowMs: number;
}

/** Whether `to` may come into force after `from`. A git that fails makes it held; a rejected promise is a bug. */
export async function verifyRevision(request: VerifyRequest): Promise<VerifyVerdict> {
  const { settings, from, to } = request;
  if (settings.mode === 'none' || from === to) return verified([], []);
  const asked = await withTrust(settings, (trust) => ask(request, trust));
  const answer = asked.ok ? asked.value : held(to, 'unreadable', asked.error);
  return answer.ok ? answer.value : answer.error;
}

/** Why the files that say whose signatures count cannot be used; null: they can, or none are. */
export async function troubleOfKeys(settings: VerifySettings): Promise<string | null> {
  if (settings.mode === 'none') return null;
  const read = await withTrust(settings, () => Promise.resolve());
  return read.ok ? null : read.error;
}

const verified = (signers: readonly string[], warnings: readonly string[]): Verified => ({
  kind: 'verified',
  signers,
  warnings,
});

async function ask(request: VerifyRequest, trust: Trust): Promise<OrHeld<Verified>> {
  const { repository, environment, settings, to } = request;
  const git = verifyGit(repository, environment, trust);
  const people = knownPeople(settings.authors, trust.ssh?.signers ?? []);
  const question: RevisionQuestion = { ...request, git, trust, people };
  const start = await trustedStart(question);
  if (!start.ok) return start;
  const signers =
    settings.mode === 'tag' ? await askTag(question, start.value) : await askCommits(question, start.value);
  if (!signers.ok) return signers;
  const isBlind = start.value === null && settings.mode === 'strict';
  const warning = `\`policies.git.verify.since\` is not set: what lies before commit ${shortId(to)} was not verified`;
  return ok(verified(signers.value, [...trust.warnings, ...(isBlind ? [warning] : [])]));
}
