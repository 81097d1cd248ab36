// Who uses the names of one kind of set: what is said of names that nothing defines, and of definitions that nothing uses.
import type { SourcePlace } from '../../model/problem.ts';
import { quote, type Complaint } from '../read/complaint.ts';
import { unknownNetworkHint } from '../schema/mistakes/peer-mistakes.ts';
import { didYouMean } from '../schema/suggest.ts';
import { noteUse, type FileContext, type Site } from './file-context.ts';
import type { Definition, NameTable } from './name-table.ts';

/** Looking for the nearest name costs one comparison with every name. */
const MAX_SUGGESTIONS = 100;

export class NameUses<Item> {
  readonly table: NameTable<Item>;
  readonly #used: Set<string>;
  #suggestionsLeft: number;

  /** @param before what was used so far; it stays as it is */
  constructor(table: NameTable<Item>, before?: NameUses<Item>) {
    this.table = table;
    this.#used = new Set(before === undefined ? [] : before.#used);
    this.#suggestionsLeft = before === undefined ? MAX_SUGGESTIONS : before.#suggestionsLeft;
  }

  note(name: string): void {
    this.#used.add(name);
  }

  /** The definition of a name that is used at `site`; null, and reported there, if there is none. */
  find(name: string, site: Site): Definition<Item> | null {
    const [definition] = this.table.definitionsOf(name);
    if (definition === undefined) {
      site.context.reporter.error(site.path, this.unknown(name));
      return null;
    }
    this.note(name);
    noteUse(this.table.kind, name, site);
    return definition;
  }

  unknown(name: string): Complaint {
    return this.table.unknown(name, () => this.#suggestion(name));
  }

  warnOfUnused(warnAt: (context: FileContext, place: SourcePlace, complaint: Complaint) => void): void {
    const { kind, knownNames } = this.table;
    for (const { name, context, path } of this.table.all()) {
      if (this.#used.has(name) || knownNames.includes(name)) continue;
      const message = `nothing uses the ${kind} ${quote(name)}`;
      warnAt(context, context.file.locate(path, 'key'), { code: 'unused', message, hint: 'remove it' });
    }
  }

  #suggestion(name: string): string {
    if (this.#suggestionsLeft === 0) return '';
    this.#suggestionsLeft -= 1;
    if (this.table.kind === 'network') {
      const instead = unknownNetworkHint(name);
      if (instead !== null) return instead;
    }
    return didYouMean(name, [...this.table.all().map((each) => each.name), ...this.table.knownNames]);
  }
}
