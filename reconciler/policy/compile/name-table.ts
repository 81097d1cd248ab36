// The names of one kind of set, over all files: who defines them, who uses them, and what is wrong with that.
import { quote, type Complaint } from '../read/complaint.ts';
import type { FileContext, SetKind, Site } from './file-context.ts';
import type { PolicyFile } from '../read/file.ts';
import { formatPlace } from '../read/reporter.ts';
import { didYouMean } from '../schema/suggest.ts';

/** Looking for the nearest name costs one comparison with every name. */
const MAX_SUGGESTIONS = 100;

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
  private readonly definitions = new Map<string, Array<Definition<Item>>>();
  private readonly used = new Set<string>();
  private readonly kind: SetKind;
  private readonly knownNames: readonly string[];
  private readonly contexts: readonly FileContext[];
  private suggestionsLeft = MAX_SUGGESTIONS;

  constructor({ kind, knownNames = [] }: NameKind, contexts: readonly FileContext[], itemsOf: ItemsOf<Item>) {
    this.kind = kind;
    this.knownNames = knownNames;
    this.contexts = contexts;
    for (const context of contexts) {
      for (const [name, items] of itemsOf(context)) {
        const definition = { name, context, path: [`${kind}s`, name], items };
        const known = this.definitions.get(name);
        if (known === undefined) this.definitions.set(name, [definition]);
        else known.push(definition);
      }
    }
  }

  /** The definition of a name that is used at `site`; null, and reported there, if there is none. */
  find(name: string, { context, path }: Site): Definition<Item> | null {
    const definitions = this.definitions.get(name) ?? [];
    const [definition] = definitions;
    if (definition === undefined) {
      context.reporter.error(path, this.unknown(name));
      return null;
    }
    this.used.add(name);
    const key = `${this.kind} ${name}`;
    if (!context.uses.has(key)) {
      const definedIn = definitions.map((each) => each.context);
      context.uses.set(key, { kind: this.kind, name, path, definedIn });
    }
    return definition;
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
        const complaint = {
          code: 'duplicate-entry',
          message: `${text} is in the list twice`,
          hint: 'keep one',
        };
        if (seen.has(text)) context.reporter.error([...path, index], complaint);
        seen.add(text);
      }
    }
  }

  warnOfUnused(): void {
    for (const { name, context, path } of this.all()) {
      if (this.used.has(name) || this.knownNames.includes(name)) continue;
      const message = `nothing uses the ${this.kind} ${quote(name)}`;
      context.reporter.warningAt(context.file.locate(path, 'key'), {
        code: 'unused',
        message,
        hint: 'remove it',
      });
    }
  }

  private unknown(name: string): Complaint {
    const unread = this.unread();
    const declaring = this.unreadDefining(name);
    if (declaring !== undefined) return definedInBadFile(this.kind, name, declaring.path);
    const paths = unread.map(({ path }) => path).join(', ');
    const note = unread.length === 0 ? '' : `, unless in ${paths}, which cannot be read`;
    return {
      code: `unknown-${this.kind}`,
      message: `the ${this.kind} ${quote(name)} is not defined${note}`,
      hint: this.suggestion(name) || `define it under ${this.kind}s`,
    };
  }

  private suggestion(name: string): string {
    if (this.suggestionsLeft === 0) return '';
    this.suggestionsLeft -= 1;
    return didYouMean(name, [...this.definitions.keys(), ...this.knownNames]);
  }

  private unread(): PolicyFile[] {
    return this.contexts.map(({ file }) => file).filter(({ document }) => document === null);
  }

  private unreadDefining(name: string): PolicyFile | undefined {
    return this.unread().find(({ declares }) => declares[`${this.kind}s`].has(name));
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
