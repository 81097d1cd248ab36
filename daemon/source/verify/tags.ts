// Signed tags: the one that is followed, and those that approve a commit.
import { ok } from '../../../reconciler/model/result.ts';
import { quote } from '../../../reconciler/policy/read/complaint.ts';
import { isAhead, MAX_AHEAD_MINUTES, shownDate } from './clock.ts';
import type { CommitObject } from './objects/commit-object.ts';
import { readObjects } from './objects/read-objects.ts';
import { readTagObject, type TagObject } from './objects/tag-object.ts';
import { forged } from './people/complaints.ts';
import type { TagApproval } from './people/signed-history.ts';
import type { People } from './people/people.ts';
import { checkSignature, isPlatform, type Checker } from './signature/check-signature.ts';
import { held, shortId, type OrHeld } from './verdict.ts';
import type { VerifyGit } from './verify-git.ts';

export interface TagContext extends Checker {
  readonly people: People;
  readonly nowMs: number;
  readonly notBeforeMs: number | null;
}

const TAGS = 'refs/tags/';

/** The person who signed this tag; held unless it points at this commit under its own name. */
export async function verifyTag(
  ref: string,
  commit: CommitObject,
  context: TagContext,
): Promise<OrHeld<string>> {
  const shown = `tag ${quote(ref.startsWith(TAGS) ? ref.slice(TAGS.length) : ref)}`;
  const { kind, output } = await context.git.run(['rev-parse', '--verify', '--end-of-options', ref]);
  const id = output.toString('latin1').trim();
  if (kind !== null || !/^[0-9a-f]+$/.test(id))
    return held(commit.id, 'unreadable', `${shown} is not in the mirror`);
  if (id === commit.id) {
    return held(commit.id, 'unsigned', `${shown} is a lightweight tag, which cannot be signed`);
  }
  const tag = await readTag(context.git, id);
  if (tag === null) return held(commit.id, 'unreadable', `${shown} is not written as git writes tags`);
  return checkTag({ tag, ref, shown }, commit, context);
}

async function readTag(git: VerifyGit, id: string): Promise<TagObject | null> {
  const object = (await readObjects(git, [id]))?.get(id);
  return object?.kind === 'read' && object.type === 'tag' ? readTagObject(id, object.bytes) : null;
}

interface NamedTag {
  readonly tag: TagObject;
  readonly ref: string;
  readonly shown: string;
}

async function checkTag(
  { tag, ref, shown }: NamedTag,
  commit: CommitObject,
  context: TagContext,
): Promise<OrHeld<string>> {
  const fault = tag.signature === null ? null : faultOf(tag, ref, commit);
  if (fault !== null) return held(commit.id, 'bad-signature', `${shown} ${fault}`);
  const signer = await checkSignature({ id: tag.id, type: 'tag', signature: tag.signature }, context);
  if (!signer.ok) return held(commit.id, signer.error.reason, `${shown} ${signer.error.message}`);
  const { atSeconds, email } = tag.tagger;
  const isEarly =
    atSeconds < commit.committer.atSeconds || atSeconds * 1000 < (context.notBeforeMs ?? -Infinity);
  if (isAhead(atSeconds, context.nowMs) || isEarly) {
    const message = `${shown} is dated ${shownDate(atSeconds)}, before commit ${shortId(commit.id)} or the one in force, or more than ${MAX_AHEAD_MINUTES} minutes ahead of now: set the clock of who tagged it, and tag again`;
    return held(commit.id, 'clock', message);
  }
  if (isPlatform(signer.value, context.settings)) {
    return held(commit.id, 'too-few-signers', `${shown} is signed by the git host, which is no person`);
  }
  if (!context.people.fitsAuthor(signer.value, email)) {
    return held(commit.id, 'forged-author', `${shown} ${forged(email, signer.value, false)}`);
  }
  return ok(context.people.personOf(signer.value));
}

/** A signature is for one name and one commit: under any other it was moved there. */
function faultOf(tag: TagObject, ref: string, commit: CommitObject): string | null {
  if (ref !== `${TAGS}${tag.name}`) return `was signed under another name, ${quote(tag.name)}`;
  const isThere = tag.targetKind === 'commit' && tag.target === commit.id;
  return isThere
    ? null
    : `was signed for ${tag.targetKind} ${shortId(tag.target)}, not for commit ${shortId(commit.id)}`;
}

const MAX_APPROVING = 20;
const FORMAT = '--format=%(objecttype) %(*objecttype) %(*objectname) %(refname)';

/** Who put a good signed tag on one of these commits. Tags that are not good approve nothing. */
export async function approvingTags(
  commits: ReadonlyMap<string, CommitObject>,
  context: TagContext,
): Promise<TagApproval[]> {
  const { kind, output } = await context.git.run(['for-each-ref', FORMAT, TAGS]);
  if (kind !== null) return [];
  const tags = output
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const [, target = '', ref = ''] = /^tag commit ([0-9a-f]+) (.+)$/.exec(line) ?? [];
      const commit = commits.get(target);
      return commit === undefined ? [] : [{ ref, commit }];
    });
  const approvals: TagApproval[] = [];
  for (const { ref, commit } of tags.slice(0, MAX_APPROVING)) {
    const person = await verifyTag(ref, commit, context);
    if (person.ok) approvals.push({ commit: commit.id, person: person.value });
  }
  return approvals;
}
