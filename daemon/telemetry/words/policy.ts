// What the log says of policies that came into force, and of those that are held.
import { counted } from '../../../reconciler/model/counted.ts';
import { quoted } from '../../../reconciler/model/rule-text.ts';
import { tooMuchText } from '../../../reconciler/report/held-text.ts';
import type { EventFields } from '../events.ts';

export function loadedText(f: EventFields<'policies.loaded'>): string {
  const { released = [], warnings = [], weakened = [] } = f;
  return [
    `Policies loaded: ${counted(f.rules, 'rule')} for ${counted(f.groups, 'group')} from ${counted(f.files, 'file')}`,
    noLongerManaged(released),
    commitText(f),
    ...warnings.map((text) => `; ${text}`),
    ...weakened.map((text) => `; weaker than before: ${text}`),
  ].join('');
}

export function rejectedText(f: EventFields<'policies.rejected'>): string {
  const kept =
    f.keptGroups === 0 ? '' : `; the last good state stays in force for ${counted(f.keptGroups, 'group')}`;
  return `Policies have ${counted(f.problems, 'problem')}${firstOf(f.details)}${kept}`;
}

/** The first of them, and how many there are besides. */
function firstOf([first, ...more]: readonly string[]): string {
  if (first === undefined) return '';
  return `: ${first}${more.length === 0 ? '' : `, and ${more.length} more`}`;
}

export function heldEventText(f: EventFields<'policies.held'>): string {
  const stays = 'is held, and what was in force stays';
  const goOn = f.override === '' ? '' : `; to let it go on: ${f.override}`;
  if ('losing' in f) return `Revision ${f.revision ?? ''} ${stays}: ${tooMuchText(f)}${goOn}`;
  const what =
    'commit' in f
      ? `Commit ${f.commit.slice(0, 12)}`
      : `The policy of ${f.group ?? 'a group'} (${f.file}:${f.line})`;
  return `${what} ${stays}: ${f.details.join('; ')}${goOn}`;
}

/** Of a commit that a git source told of. */
function commitText({ commit = '', author, subject }: EventFields<'policies.loaded'>): string {
  return author === undefined ? '' : `; commit ${commit.slice(0, 12)} by ${author}: ${quoted(subject ?? '')}`;
}

const MAX_NAMED = 5;

/** They are never written to again: a slip of the hand looks like this too. */
function noLongerManaged(groups: readonly string[]): string {
  if (groups.length === 0) return '';
  const more = groups.length > MAX_NAMED ? ` and ${groups.length - MAX_NAMED} more` : '';
  return `; no longer managed, since no policy names them: ${groups.slice(0, MAX_NAMED).join(', ')}${more}`;
}
