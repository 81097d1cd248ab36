import type { PolicyFile } from '../read/file.ts';
import type { Path, Reporter } from '../read/reporter.ts';

/** Kinds of named sets; each is also the singular of the key that defines them. */
export type SetKind = 'network' | 'service';

/** A reference to a named set: where it stands, and which files define that set. */
export interface Use {
  readonly kind: SetKind;
  readonly name: string;
  /** The first place of this name in this file. */
  readonly path: Path;
  readonly definedIn: readonly FileContext[];
}

/** A file while it is compiled: what was found wrong, and what it takes from other files. */
export interface FileContext {
  readonly file: PolicyFile;
  readonly reporter: Reporter;
  readonly uses: Map<string, Use>;
}

/** A place in a file, for a problem that may be found there. */
export interface Site {
  readonly context: FileContext;
  readonly path: Path;
}
