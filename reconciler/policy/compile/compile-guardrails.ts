// The guardrails of the config, their names resolved by the policies.
import { type BuiltInGuardrail, builtInGuardrail } from '../built-in/guardrails.ts';
import { DEFAULT_TOLERANCE } from '../../model/packets/internet.ts';
import type { GroupScope, Guardrail, PacketPattern } from '../../model/packets/pattern.ts';
import type { SourcePlace } from '../../model/problem.ts';
import { createReporter, type Locate, type Path } from '../read/reporter.ts';
import { idOfGuardrail, type GuardrailEntry } from '../schema/pattern/guardrail-schema.ts';
import { checkedPatternEntry } from '../schema/pattern/pattern-entry.ts';
import { compilePattern } from './compile-pattern.ts';
import type { Definitions } from './definitions.ts';
import type { FileContext } from './file-context.ts';

/** As the config has them. Plain data: two configs that say the same in the same places are equal. */
export interface WrittenGuardrails {
  readonly file: string;
  readonly entries: readonly GuardrailEntry[];
  /** Where each value stands, by `placeKeyOf` of its path. */
  readonly places: Readonly<Record<string, SourcePlace>>;
}

export const NO_GUARDRAILS: WrittenGuardrails = { file: '', entries: [], places: {} };

export const placeKeyOf = (path: Path): string => JSON.stringify(path);

/** One guardrail while it is compiled: what is wrong with it is no fault of the others. */
export interface GuardrailContext extends FileContext {
  readonly id: string;
  readonly entry: GuardrailEntry;
  readonly path: Path;
}

export function guardrailContexts(written: WrittenGuardrails): GuardrailContext[] {
  const locate = locateIn(written);
  return written.entries.map((entry, index) => ({
    file: {
      path: written.file,
      document: null,
      declares: { networks: new Set(), services: new Set() },
      locate,
    },
    reporter: createReporter(locate),
    uses: new Map(),
    id: idOfGuardrail(entry),
    entry,
    path: ['guardrails', index],
  }));
}

/** Of a path that is not there, the nearest one around it. */
function locateIn({ file, places }: WrittenGuardrails): Locate {
  const locate: Locate = (path, part) =>
    places[placeKeyOf(path)] ??
    (path.length === 0 ? { file, line: 1, column: 1 } : locate(path.slice(0, -1), part));
  return locate;
}

/** Those that are whole. What is wrong with the others is reported in their contexts. */
export function compileGuardrails(
  contexts: readonly GuardrailContext[],
  definitions: Definitions,
): Guardrail[] {
  return contexts.flatMap((context) => compileGuardrail(context, definitions) ?? []);
}

function compileGuardrail(context: GuardrailContext, definitions: Definitions): Guardrail | null {
  const { entry, path, file, id } = context;
  const builtIn = entry.use === undefined ? null : builtInGuardrail(entry.use);
  const what = whatOf(context, builtIn, definitions);
  if (what === null) return null;
  const exempt = (entry.exempt ?? []).map(({ group, reason, until }) => ({
    group,
    reason,
    untilMs: until ?? null,
  }));
  return {
    id,
    what,
    severity: entry.severity ?? builtIn?.severity ?? 'error',
    groups: writtenScope(entry.groups ?? {}),
    message: entry.message ?? builtIn?.message ?? '',
    exempt,
    unknown: entry.unknown ?? 'report',
    source: file.locate(path, 'value'),
  };
}

/** As the judge wants it: without keys that are not there. */
export function writtenScope({
  ids,
  names,
  tags,
  accounts,
  regions,
}: NonNullable<GuardrailEntry['groups']>): GroupScope {
  return {
    ...(ids === undefined ? {} : { ids }),
    ...(names === undefined ? {} : { names }),
    ...(tags === undefined ? {} : { tags }),
    ...(accounts === undefined ? {} : { accounts }),
    ...(regions === undefined ? {} : { regions }),
  };
}

function whatOf(
  { entry, path, ...context }: GuardrailContext,
  builtIn: BuiltInGuardrail | null,
  definitions: Definitions,
): Guardrail['what'] | null {
  if (entry.rule !== undefined) return { kind: 'rule', expression: entry.rule };
  if (entry.deny !== undefined) {
    const site = { context, definitions, path: [...path, 'deny'] };
    const pattern = compilePattern(checkedPatternEntry(entry.deny), site);
    return pattern && { kind: 'deny', pattern, tolerate: toleranceOf(entry, pattern) };
  }
  if (builtIn?.what.kind !== 'deny') return builtIn?.what ?? null;
  const { pattern } = builtIn.what;
  return { kind: 'deny', pattern, tolerate: toleranceOf(entry, pattern) };
}

function toleranceOf({ tolerate }: GuardrailEntry, { namesInternet }: PacketPattern) {
  const standard = namesInternet ? DEFAULT_TOLERANCE : { ipv4: null, ipv6: null };
  return {
    ipv4: tolerate?.ipv4 === undefined ? standard.ipv4 : tolerate.ipv4,
    ipv6: tolerate?.ipv6 === undefined ? standard.ipv6 : tolerate.ipv6,
  };
}
