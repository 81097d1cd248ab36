import type { SourcePlace } from '../../model/problem.ts';
import type { PolicyFile } from '../read/file.ts';
import type { Path, Reporter } from '../read/reporter.ts';

/** Kinds of named sets; each is also the singular of the key that defines them. */
export type SetKind = 'network' | 'service';

/** A reference to a named set that a file defines. */
export interface UsedName {
  readonly kind: SetKind;
  readonly name: string;
  /** The first place of this name in this file. */
  readonly place: SourcePlace;
}

/** Of a policy file what its compilation needs. */
export type FileToCompile = Pick<PolicyFile, 'path' | 'document' | 'declares' | 'locate'>;

/** A file while it is compiled: what was found wrong, and what it takes from other files. */
export interface FileContext {
  readonly file: FileToCompile;
  readonly reporter: Reporter;
  /** By kind and name. */
  readonly uses: Map<string, UsedName>;
}

/** A place in a file, for a problem that may be found there. */
export interface Site {
  readonly context: FileContext;
  readonly path: Path;
}

/** Notes that the file takes this name from a definition, once. */
export function noteUse(kind: SetKind, name: string, { context, path }: Site): void {
  const key = `${kind} ${name}`;
  if (context.uses.has(key)) return;
  context.uses.set(key, { kind, name, place: context.file.locate(path, 'value') });
}
