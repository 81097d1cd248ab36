// What the groups and expectations of one file come to, given what the names mean that they use. Hangs on nothing else.
import type { DesiredGroup } from '../../../model/group.ts';
import type { Expectation } from '../../../model/packets/pattern.ts';
import type { Peer } from '../../../model/peer.ts';
import type { Problem } from '../../../model/problem.ts';
import { builtInPeers, useComplaint } from '../../built-in/networks.ts';
import { createReporter } from '../../read/reporter.ts';
import type { Traffic } from '../../schema/port-text.ts';
import { compileExpectations } from '../compile-expectations.ts';
import { compileGroup } from '../compile-group.ts';
import type { Answer, Definitions } from '../definitions.ts';
import {
  noteUse,
  type FileContext,
  type FileToCompile,
  type SetKind,
  type Site,
  type UsedName,
} from '../file-context.ts';
import { desiredGroupKey } from '../group-key.ts';

const MAX_RULES_PER_FILE = 50_000;

/** By name, for every name that the file uses. */
export interface Answers {
  readonly networks: ReadonlyMap<string, Answer<Peer>>;
  readonly services: ReadonlyMap<string, Answer<Traffic>>;
}

export const NO_ANSWERS: Answers = { networks: new Map(), services: new Map() };

export interface KeyedGroup {
  /** `desiredGroupKey`. */
  readonly key: string;
  readonly group: DesiredGroup;
}

/** A name that nothing defines. What is said of it hangs on the other files, so it is put into words later. */
export interface UnknownName {
  readonly kind: SetKind;
  readonly name: string;
  /** Which of the problems stands for it. */
  readonly problem: number;
}

export interface FileBody {
  /** Also those of files with errors, as far as it is certain which group is meant. */
  readonly groups: readonly KeyedGroup[];
  readonly expectations: readonly Expectation[];
  /** In the order in which they were found. */
  readonly problems: readonly Problem[];
  readonly unknown: readonly UnknownName[];
  readonly uses: readonly UsedName[];
}

export const NO_BODY: FileBody = { groups: [], expectations: [], problems: [], unknown: [], uses: [] };

export interface BodyOptions {
  readonly answers: Answers;
  /** Account names of the config; null: there is no config to hold them against. */
  readonly accounts: readonly string[] | null;
}

export function compileBody(file: FileToCompile, { answers, accounts }: BodyOptions): FileBody {
  if (file.document === null) return NO_BODY;
  const context: FileContext = { file, reporter: createReporter(file.locate), uses: new Map() };
  const definitions = new AnsweredNames(answers);
  const groups: KeyedGroup[] = [];
  let room = MAX_RULES_PER_FILE;
  for (const [index, entry] of file.document.groups.entries()) {
    const group = compileGroup(entry, { context, definitions, path: ['groups', index], accounts, room });
    if (group === null) continue;
    groups.push({ key: desiredGroupKey(group), group });
    room -= (group.rules.ingress?.length ?? 0) + (group.rules.egress?.length ?? 0);
  }
  const expectations = compileExpectations(context, definitions);
  return {
    groups,
    expectations,
    problems: context.reporter.problems,
    unknown: definitions.unknown,
    uses: [...context.uses.values()],
  };
}

class AnsweredNames implements Definitions {
  readonly unknown: UnknownName[] = [];
  readonly #answers: Answers;

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  network(name: string, site: Site, use: Parameters<Definitions['network']>[2]): readonly Peer[] | null {
    const complaint = useComplaint(name, use);
    if (complaint !== null) {
      site.context.reporter.error(site.path, complaint);
      return null;
    }
    const answer = this.#answers.networks.get(name);
    return answer === 'builtIn' ? builtInPeers(name) : this.#members('network', name, { answer, site });
  }

  service(name: string, site: Site): readonly Traffic[] | null {
    return this.#members('service', name, { answer: this.#answers.services.get(name), site });
  }

  #members<Member>(
    kind: SetKind,
    name: string,
    { answer, site }: { readonly answer: Answer<Member> | undefined; readonly site: Site },
  ): readonly Member[] | null {
    if (answer === undefined || answer === 'builtIn') throw new Error(`no answer for the ${kind} ${name}`);
    if (answer === 'unknown') {
      this.#reportUnknown(kind, name, site);
      return null;
    }
    noteUse(kind, name, site);
    return answer === 'broken' ? null : answer;
  }

  #reportUnknown(kind: SetKind, name: string, { context: { reporter }, path }: Site): void {
    const before = reporter.problems.length;
    reporter.error(path, { code: `unknown-${kind}`, message: name, hint: '' });
    if (reporter.problems.length > before) this.unknown.push({ kind, name, problem: before });
  }
}
