// The definitions of all files as one value: made once for the files that define names or cannot be read, and asked by
// all others.
import { exactText, isSameList } from '../../../model/collections.ts';
import type { Peer } from '../../../model/peer.ts';
import { createReporter } from '../../read/reporter.ts';
import type { Traffic } from '../../schema/port-text.ts';
import { DefinedNames, type Answer } from '../definitions.ts';
import type { FileContext, FileToCompile } from '../file-context.ts';
import { NO_ANSWERS, type Answers } from './body.ts';
import { fileOfHead, isAboutNames, type FileHead } from './head.ts';
import type { NamesUsed } from './names-used.ts';

export class NamesStage {
  readonly defined: DefinedNames;
  /** In the order of the files. */
  readonly contexts: ReadonlyMap<FileHead, FileContext>;
  readonly #heads: ReadonlyMap<FileToCompile, FileHead>;
  readonly #networks: AnswersOf<Peer>;
  readonly #services: AnswersOf<Traffic>;

  private constructor(heads: readonly FileHead[], before: NamesStage | null) {
    const contexts = heads.map((head): [FileHead, FileContext] => {
      const file = fileOfHead(head);
      return [head, { file, reporter: createReporter(file.locate), uses: new Map() }];
    });
    this.contexts = new Map(contexts);
    this.#heads = new Map(contexts.map(([head, context]) => [context.file, head]));
    this.defined = new DefinedNames([...this.contexts.values()]);
    this.#networks = new AnswersOf(
      (name) => this.defined.network(name),
      before === null ? null : before.#networks,
    );
    this.#services = new AnswersOf(
      (name) => this.defined.service(name),
      before === null ? null : before.#services,
    );
  }

  /** `before` itself if the files that matter are the same. Else sets that stay as they were stay the same objects. */
  static of(files: readonly FileHead[], before: NamesStage | null): NamesStage {
    const heads = files.filter(isAboutNames);
    if (before !== null && isSameList(heads, [...before.contexts.keys()])) return before;
    return new NamesStage(heads, before);
  }

  answersFor({ networks, services }: NamesUsed): Answers {
    if (networks.length + services.length === 0) return NO_ANSWERS;
    return {
      networks: new Map(networks.map((name) => [name, this.#networks.of(name)])),
      services: new Map(services.map((name) => [name, this.#services.of(name)])),
    };
  }

  /** Whether these answers are still the ones. */
  stillAnswers({ networks, services }: Answers): boolean {
    for (const [name, answer] of networks) if (this.#networks.of(name) !== answer) return false;
    for (const [name, answer] of services) if (this.#services.of(name) !== answer) return false;
    return true;
  }

  headOf(file: FileToCompile): FileHead | undefined {
    return this.#heads.get(file);
  }
}

/** Answers that were asked for, each the same object as before if it says the same. */
class AnswersOf<Member> {
  readonly #ask: (name: string) => Answer<Member>;
  readonly #before: ReadonlyMap<string, Answer<Member>>;
  readonly #known = new Map<string, Answer<Member>>();

  constructor(ask: (name: string) => Answer<Member>, before: AnswersOf<Member> | null) {
    this.#ask = ask;
    this.#before = before === null ? new Map() : before.#known;
  }

  of(name: string): Answer<Member> {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const [before, now] = [this.#before.get(name), this.#ask(name)];
    const answer = before !== undefined && exactText(before) === exactText(now) ? before : now;
    this.#known.set(name, answer);
    return answer;
  }
}
