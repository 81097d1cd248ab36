// The names of one kind of set, over all files: who defines them, and what is wrong with that.
import { quote, type Complaint } from '../read/complaint.ts';
import { formatPlace } from '../read/reporter.ts';
import type { FileContext, FileToCompile, SetKind, Site } from './file-context.ts';

export interface Definition<Item> extends Site {
  readonly name: string;
  /** Undefined for what is broken, which has been reported. */
  readonly items: Items<Item>;
}

interface NameKind {
  readonly kind: SetKind;
  /** Names that are there without a definition. */
  readonly knownNames?: readonly string[];
}

type Items<Item> = ReadonlyArray<Item | undefined>;
type ItemsOf<Item> = (context: FileContext) => Iterable<readonly [string, Items<Item>]>;

/** The items if all of them are good; null if one is broken. */
export function wholeItems<Item>(items: Items<Item>): readonly Item[] | null {
  const good = items.filter((item) => item !== undefined);
  return good.length === items.length ? good : null;
}

export class NameTable<Item> {
  readonly kind: SetKind;
  readonly knownNames: readonly string[];
  private readonly definitions = new Map<string, Array<Definition<Item>>>();
  private readonly unread: readonly FileToCompile[];

  constructor({ kind, knownNames = [] }: NameKind, contexts: readonly FileContext[], itemsOf: ItemsOf<Item>) {
    this.kind = kind;
    this.knownNames = knownNames;
    this.unread = contexts.map(({ file }) => file).filter(({ document }) => document === null);
    for (const context of contexts) {
      for (const [name, items] of itemsOf(context)) {
        const definition = { name, context, path: [`${kind}s`, name], items };
        const known = this.definitions.get(name);
        if (known === undefined) this.definitions.set(name, [definition]);
        else known.push(definition);
      }
    }
  }

  definitionsOf(name: string): ReadonlyArray<Definition<Item>> {
    return this.definitions.get(name) ?? [];
  }

  /** Whether a file defines the name or, as far as can be seen, tries to. */
  isDeclared(name: string): boolean {
    return this.definitions.has(name) || this.unreadDefining(name) !== undefined;
  }

  /** Each name once, by the first of its definitions. */
  all(): ReadonlyArray<Definition<Item>> {
    return [...this.definitions.values()].flatMap(([definition]) => definition ?? []);
  }

  /** Neither definition is the right one, so all of them are reported: no file wins by its name. */
  reportSecondDefinitions(): void {
    for (const definitions of this.definitions.values()) {
      for (const definition of definitions) {
        const other = definitions.find((each) => each !== definition);
        if (other === undefined) break;
        const { file, reporter } = definition.context;
        const place = formatPlace(other.context.file.locate(other.path, 'key'));
        const message = `the ${this.kind} ${quote(definition.name)} is also defined at ${place}`;
        const hint = 'keep one of the two';
        reporter.errorAt(file.locate(definition.path, 'key'), { code: 'defined-twice', message, hint });
      }
    }
  }

  reportTwinItems(textOf: (item: Item) => string): void {
    for (const { context, path, items } of [...this.definitions.values()].flat()) {
      const seen = new Set<string>();
      for (const [index, item] of items.entries()) {
        if (item === undefined) continue;
        const text = textOf(item);
        const complaint: Complaint = {
          code: 'duplicate-entry',
          message: `${text} is in the list twice`,
          hint: 'keep one',
        };
        if (seen.has(text)) context.reporter.error([...path, index], complaint);
        seen.add(text);
      }
    }
  }

  /** Of a name that no definition gives a meaning. `suggestion`: what else may be meant; empty: that is not known. */
  unknown(name: string, suggestion: () => string): Complaint {
    const declaring = this.unreadDefining(name);
    if (declaring !== undefined) return definedInBadFile(this.kind, name, declaring.path);
    const paths = this.unread.map(({ path }) => path).join(', ');
    const note = this.unread.length === 0 ? '' : `, unless in ${paths}, which cannot be read`;
    return {
      code: `unknown-${this.kind}`,
      message: `the ${this.kind} ${quote(name)} is not defined${note}`,
      hint: suggestion() || `define it under ${this.kind}s`,
    };
  }

  private unreadDefining(name: string): FileToCompile | undefined {
    return this.unread.find(({ declares }) => declares[`${this.kind}s`].has(name));
  }
}

/** For a file that takes something from a file with errors: it waits until that one is mended. */
export function definedInBadFile(kind: SetKind, name: string, path: string): Complaint {
  return {
    code: 'defined-in-bad-file',
    message: `the ${kind} ${quote(name)} is defined in ${path}, which has errors`,
    hint: 'mend that file first',
  };
}
