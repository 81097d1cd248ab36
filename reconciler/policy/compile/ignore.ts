// The ignore patterns of a group, and the check that none of them hides what the group declares.
import { matchesGlob } from '../../model/glob.ts';
import type { DesiredGroup, DesiredRule, IgnorePattern } from '../../model/group.ts';
import { matchesShape } from '../../model/packets/ignore.ts';
import type { Peer } from '../../model/peer.ts';
import type { SourcePlace } from '../../model/problem.ts';
import { DIRECTIONS, type Direction } from '../../model/rule.ts';
import { formatPlace } from '../read/reporter.ts';
import type { GroupEntry, IgnoreEntry } from '../schema/document.ts';
import type { Definitions } from './definitions.ts';
import type { Site } from './file-context.ts';

/** What the group declares: as it is written, and what came out whole. */
interface DeclaredRules {
  readonly entry: GroupEntry;
  readonly rules: DesiredGroup['rules'];
}

interface IgnoreSite extends Site {
  readonly definitions: Definitions;
}

/** What is wrong has been reported, here or before. */
export function compileIgnore(
  entry: GroupEntry,
  rules: DesiredGroup['rules'],
  site: IgnoreSite,
): IgnorePattern[] {
  const patterns = entry.ignore.flatMap((written, index) => {
    if (written === undefined) return [];
    return ignorePattern(written, { ...site, path: [...site.path, 'ignore', index] }) ?? [];
  });
  for (const pattern of patterns) checkHidden(pattern, { entry, rules }, site);
  return patterns;
}

/** Null if it names a network that is unknown or broken. */
function ignorePattern(written: IgnoreEntry, site: IgnoreSite): IgnorePattern | null {
  const { description, protocol, ports, peer, action, priority, direction } = written;
  const peers = peer === undefined ? undefined : peersOf(peer, site);
  if (peers === null) return null;
  const textPath = description === undefined ? site.path : [...site.path, 'description'];
  return {
    ...(description === undefined ? {} : { description }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(ports === undefined ? {} : { ports }),
    ...(peers === undefined ? {} : { peers }),
    ...(action === undefined ? {} : { action }),
    ...(priority === undefined ? {} : { priority }),
    ...(direction === undefined ? {} : { direction }),
    source: site.context.file.locate(textPath, 'value'),
  };
}

function peersOf(
  words: NonNullable<IgnoreEntry['peer']>,
  { context, definitions, path }: IgnoreSite,
): Peer[] | null {
  const sets = words.map((word, index) =>
    word.kind === 'peer'
      ? [word.peer]
      : definitions.network(word.name, { context, path: [...path, 'peer', index] }, 'rule'),
  );
  return sets.includes(null) ? null : sets.flatMap((members) => members ?? []);
}

/** A declared rule that an ignore pattern names would never be put right again. */
function checkHidden(pattern: IgnorePattern, declared: DeclaredRules, { context, path }: Site): void {
  for (const direction of DIRECTIONS) {
    const place = hasTextOnly(pattern)
      ? hiddenEntry(pattern, declared, { direction, context, path })
      : (declared.rules[direction]?.find((rule) => isHidden(pattern, rule))?.source ?? null);
    if (place === null) continue;
    const message = `this would hide the rule declared at ${formatPlace(place)}`;
    const hint = 'narrow the pattern, or give the rule a description that it does not match';
    context.reporter.errorAt(pattern.source, { code: 'ignore-hides-rule', message, hint });
  }
}

const hasTextOnly = (pattern: IgnorePattern): boolean =>
  pattern.description !== undefined && Object.keys(pattern).length === 2;

/** By its text alone a rule can be told to be hidden even if the rest of it is broken. */
function hiddenEntry(
  { description: glob = '' }: IgnorePattern,
  { entry }: DeclaredRules,
  { direction, context, path }: Site & { readonly direction: Direction },
): SourcePlace | null {
  const hidden = (entry.rules[direction] ?? []).findIndex(({ description, hasUnknownKeys }) =>
    description === null
      ? !hasUnknownKeys && isAnyText(glob)
      : description !== undefined && matchesGlob(glob, description),
  );
  return hidden < 0 ? null : context.file.locate([...path, direction, hidden], 'value');
}

function isHidden(pattern: IgnorePattern, { rule }: DesiredRule): boolean {
  const { description: glob } = pattern;
  if (!matchesShape(pattern, rule)) return false;
  if (glob === undefined) return true;
  return rule.description === null ? isAnyText(glob) : matchesGlob(glob, rule.description);
}

/** A rule without a description keeps any text that the cloud has: only `*` is certain to match it. */
const isAnyText = (glob: string): boolean => /^\*+$/.test(glob);
