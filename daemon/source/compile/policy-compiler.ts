// Compiles the policies again and again, and each time does the work for what changed alone: a file is parsed when its
// bytes are others, its groups are compiled when they or a name that they use say something else, and a group that says
// the same stays the same object, so that everything behind compares by `===`.
import { exactText, groupBy, keptWhereEqual } from '../../../reconciler/model/collections.ts';
import type { DesiredGroup } from '../../../reconciler/model/group.ts';
import { SharedParts, unpack } from '../../../reconciler/policy/compile/parts/packed.ts';
import type { CompileOptions } from '../../../reconciler/policy/compile/compile.ts';
import { NO_GUARDRAILS } from '../../../reconciler/policy/compile/compile-guardrails.ts';
import { assemblePolicies } from '../../../reconciler/policy/compile/parts/assemble.ts';
import type { WantedState } from '../../../reconciler/policy/compile/last-good.ts';
import {
  NO_ANSWERS,
  NO_BODY,
  type Answers,
  type FileBody,
  type KeyedGroup,
} from '../../../reconciler/policy/compile/parts/body.ts';
import { fileHeadOf, leanHead, type FileHead } from '../../../reconciler/policy/compile/parts/head.ts';
import { NamesStage } from '../../../reconciler/policy/compile/parts/names-stage.ts';
import { unreadablePolicyFile } from '../../../reconciler/policy/read/file.ts';
import { heldDigest } from '../held-bytes.ts';
import { NO_COST, type CompileAnswer, type CompileFiles, type CompileInput } from './compile-answer.ts';
import { groupDigest, type CompileTask, type PackedBody, type PackedGroup } from './policy-work.ts';
import { TooCostly, tooCostly, type WorkPlace } from './work-place.ts';

interface KnownFile {
  /** SHA-256 of its bytes, in hexadecimal digits. */
  readonly digest: string;
  readonly head: FileHead;
  readonly packed: Uint8Array | null;
  body: FileBody;
  /** What the names meant by which the body was compiled; null: it was not yet. */
  answers: Answers | null;
  /** The last stage that gives these answers. */
  stage: NamesStage | null;
}

type FileBytes = CompileInput['files'][number];

export class PolicyCompiler {
  readonly #work: WorkPlace;
  readonly #digests = new WeakMap<DesiredGroup, string>();
  readonly #shared = new SharedParts();
  /** By path as shown. */
  #files: ReadonlyMap<string, KnownFile> = new Map();
  /** Of what cannot be read, by its problem. */
  #unread: ReadonlyMap<string, FileHead> = new Map();
  #accounts = '';
  #stage: NamesStage | null = null;

  constructor(work: WorkPlace) {
    this.#work = work;
  }

  /** One after the other. All files count as unreadable where the work takes too long or too much memory. */
  readonly compile: CompileFiles = async (folder, options, inForce) => {
    try {
      return await this.#compile(folder, options, inForce);
    } catch (error) {
      if (!(error instanceof TooCostly)) throw error;
      return this.#nothingOf([...folder.unreadable, ...folder.files.map(tooCostly)], options);
    }
  };

  /** Gives back what the work holds. */
  close(): Promise<void> {
    return this.#work.close();
  }

  async #compile(
    { files, unreadable }: CompileInput,
    options: CompileOptions,
    inForce: WantedState,
  ): Promise<CompileAnswer> {
    const filesParsed = await this.#parse(files);
    await this.#work.breathe();
    const unread = unreadable.map(({ problem }) => this.#unreadHead(exactText(problem), problem));
    this.#unread = new Map(unread);
    const known = [...this.#files.values()];
    const unreadHeads = unread.map(([, head]) => head);
    const stage = NamesStage.of([...known.map(({ head }) => head), ...unreadHeads], this.#stage);
    this.#stage = stage;
    this.#heedAccounts(options.accounts);
    const groupsCompiled = await this.#compileBodies(stage, options.accounts, inForce);
    await this.#work.breathe();
    const parts = [...known, ...unreadHeads.map((head) => ({ head, body: NO_BODY }))];
    const compiled = assemblePolicies(parts, stage, options.guardrails ?? NO_GUARDRAILS);
    await this.#work.breathe();
    const guardrails = keptWhereEqual(inForce.guardrails, compiled.guardrails, ({ id }) => id);
    return { ...compiled, guardrails, filesParsed, groupsCompiled };
  }

  /** What was parsed before is kept for the next time. */
  #nothingOf(unreadable: CompileInput['unreadable'], options: CompileOptions): CompileAnswer {
    const parts = unreadable.map(({ problem }) => ({
      head: fileHeadOf(unreadablePolicyFile(problem)),
      body: NO_BODY,
    }));
    const stage = NamesStage.of(
      parts.map(({ head }) => head),
      null,
    );
    const compiled = assemblePolicies(parts, stage, options.guardrails ?? NO_GUARDRAILS);
    return { ...compiled, ...NO_COST };
  }

  #unreadHead(text: string, problem: Parameters<typeof unreadablePolicyFile>[0]): [string, FileHead] {
    return [text, this.#unread.get(text) ?? fileHeadOf(unreadablePolicyFile(problem))];
  }

  /** Answers how many. */
  async #parse(files: readonly FileBytes[]): Promise<number> {
    const news = files.filter((each) => this.#files.get(each.file)?.digest !== heldDigest(each));
    const parsed = new Map<string, KnownFile>();
    await this.#work.parse(news, (each, parsedFile) => {
      const { packed } = parsedFile;
      const head = leanHead(parsedFile.head);
      const body = this.#files.get(each.file)?.body ?? NO_BODY;
      parsed.set(each.file, { digest: heldDigest(each), head, packed, body, answers: null, stage: null });
    });
    const inOrder = new Map<string, KnownFile>();
    for (const { file } of files) {
      const known = parsed.get(file) ?? this.#files.get(file);
      if (known !== undefined) inOrder.set(file, known);
    }
    if (inOrder.size < files.length) {
      throw new Error('two policy files of one name: a source must not hand out what it cannot tell apart');
    }
    this.#files = inOrder;
    return news.length;
  }

  #heedAccounts(accounts: CompileOptions['accounts']): void {
    const text = JSON.stringify(accounts);
    if (text !== this.#accounts) for (const known of this.#files.values()) known.answers = null;
    this.#accounts = text;
  }

  async #compileBodies(
    stage: NamesStage,
    accounts: CompileOptions['accounts'],
    inForce: WantedState,
  ): Promise<number> {
    const stale = [...this.#files.values()].filter((file) => !isCompiledBy(file, stage));
    if (stale.length === 0) return 0;
    const files = new Set(stale.map(({ head }) => head.path));
    const concerned = inForce.groups.filter(({ source }) => files.has(source.file));
    const groupsIn = groupBy(concerned, ({ source }) => source.file);
    const expectationsIn = groupBy(inForce.expectations, ({ source }) => source.file);
    let groupsCompiled = 0;
    const taskOf = async (file: KnownFile, packed: Uint8Array): Promise<BodyTask> => {
      const same = await this.#byDigest([...(groupsIn.get(file.head.path) ?? []), ...groupsOf(file.body)]);
      const answers = stage.answersFor(file.head.uses);
      const known = new Set(same.keys());
      return { file: file.head.path, packed, answers, accounts, known, same, of: file };
    };
    const tasks: BodyTask[] = [];
    for (const file of stale) {
      if (file.packed !== null) tasks.push(await taskOf(file, file.packed));
      else Object.assign(file, { body: NO_BODY, answers: NO_ANSWERS, stage });
    }
    await this.#work.compile(tasks, async (task, packed) => {
      groupsCompiled += packed.groups.filter((group) => group.packed !== null).length;
      const before = [...task.of.body.expectations, ...(expectationsIn.get(task.file) ?? [])];
      const expectations = keptWhereEqual(before, packed.expectations, ({ name }) => name);
      const body = { ...packed, groups: await this.#groupsIn(packed, task), expectations };
      Object.assign(task.of, { body, answers: task.answers, stage });
    });
    return groupsCompiled;
  }

  async #byDigest(groups: readonly DesiredGroup[]): Promise<Map<string, DesiredGroup>> {
    const byDigest = new Map<string, DesiredGroup>();
    for (const group of groups) {
      const digest = this.#digests.get(group) ?? groupDigest(group);
      this.#digests.set(group, digest);
      // The one in force comes first, and is the one to stay.
      if (!byDigest.has(digest)) byDigest.set(digest, group);
      await this.#work.breathe();
    }
    return byDigest;
  }

  async #groupsIn({ groups }: PackedBody, { same }: BodyTask): Promise<FileBody['groups']> {
    const unpacked: KeyedGroup[] = [];
    for (const each of groups) {
      unpacked.push({ key: each.key, group: this.#groupOf(each, same) });
      await this.#work.breathe();
    }
    return unpacked;
  }

  #groupOf({ digest, packed }: PackedGroup, same: ReadonlyMap<string, DesiredGroup>): DesiredGroup {
    const known = same.get(digest);
    if (known !== undefined) return known;
    if (packed === null) throw new Error('a group was not sent that is not known');
    const group = unpack(packed, this.#shared) as DesiredGroup;
    this.#digests.set(group, digest);
    return group;
  }
}

interface BodyTask extends CompileTask {
  /** By digest. */
  readonly same: ReadonlyMap<string, DesiredGroup>;
  readonly of: KnownFile;
}

const groupsOf = ({ groups }: FileBody): DesiredGroup[] => groups.map(({ group }) => group);

function isCompiledBy(file: KnownFile, stage: NamesStage): boolean {
  if (file.answers === null) return false;
  if (file.stage !== stage && !stage.stillAnswers(file.answers)) return false;
  file.stage = stage;
  return true;
}
