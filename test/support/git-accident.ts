// Accidents of a git source through the built daemon: a converged group, something that goes wrong with the repository,
// the way to it, or the mirror; what is told of it, and that the last good commit goes on to be enforced. One daemon
// meets several accidents one after the other, and is led back to a good commit after each.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { GitEstate, policyOf } from './git-estate.ts';
import type { LogLine, RampartProcess } from './rampart.ts';
import { removeFolder } from './remove-folder.ts';

/** What is let in while all is well; accidents ask for other ports. */
export const GOOD_PORTS: readonly number[] = [443, 8443];
export const GOOD_POLICY = policyOf(GOOD_PORTS);
/** What an accident would open, and it lacks the good ones. */
export const BAD_POLICY = policyOf([22]);

const RULE = { Direction: 'ingress', IpProtocol: 'TCP', SourceCidrIp: '10.0.0.0/8' };

export interface GitWorldOptions {
  /** Of the remote; absent: its path. Asked once the estate is there. */
  readonly url?: (estate: GitEstate) => string;
  /** Further keys of `policies.git`, of `policies`, and further sections, in flow style. */
  readonly git?: string;
  readonly policies?: string;
  readonly extra?: string;
  /** Runs before everything else; answers the further keys of `policies.git`. */
  readonly prepare?: (estate: GitEstate) => Promise<string>;
  readonly env?: Readonly<Record<string, string>>;
  /** How the first commit is made; absent: the good policy is pushed. */
  readonly firstCommit?: (estate: GitEstate) => string;
}

export class GitAccidentWorld {
  readonly estate: GitEstate;
  readonly #env: Readonly<Record<string, string>>;
  #daemon: RampartProcess | null = null;
  #openedByHand = 10_000;
  #inForce: string;

  private constructor(estate: GitEstate, inForce: string, env: Readonly<Record<string, string>>) {
    this.estate = estate;
    this.#inForce = inForce;
    this.#env = env;
  }

  /** With a daemon that has put the first commit in force. */
  static async open(options: GitWorldOptions = {}): Promise<GitAccidentWorld> {
    const { url, prepare, env = {}, firstCommit = pushGood, ...config } = options;
    const estate = await GitEstate.open();
    const git = (await prepare?.(estate)) ?? config.git ?? '';
    const extra = `limits: {default: {ratePerMinute: 6000}}\n${config.extra ?? ''}`;
    estate.configure({ ...config, git, extra, ...(url === undefined ? {} : { url: url(estate) }) });
    const world = new GitAccidentWorld(estate, firstCommit(estate), env);
    await world.start();
    await world.daemon.event('group.converged', { revision: world.inForce });
    expect(await estate.ports()).toEqual(GOOD_PORTS);
    await estate.emulator.clearCalls();
    return world;
  }

  get daemon(): RampartProcess {
    if (this.#daemon === null) throw new Error('the daemon was not started');
    return this.#daemon;
  }

  /** The commit that was put in force last. */
  get inForce(): string {
    return this.#inForce;
  }

  /** Waits until every group was reconciled once. */
  async start(
    start = ({ workspace }: GitEstate): RampartProcess => workspace.start(['run'], this.#env),
  ): Promise<void> {
    this.#daemon = start(this.estate);
    await this.#daemon.event('daemon.ready');
  }

  async restart(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.daemon.kill(signal);
    await this.daemon.finished;
    await this.start();
  }

  /** A path of the mirror's folder, which holds `repository.git`. */
  mirror(...names: readonly string[]): string {
    const folder = this.estate.workspace.mirrorFolder;
    return path.join(folder, readdirSync(folder)[0] ?? '', ...names);
  }

  git(...args: readonly string[]): string {
    return this.estate.clone.run(...args);
  }

  /** Pushes a commit after the one in force whose policy folder is this tree, however odd. */
  pushPolicies(tree: string): string {
    return this.pushTop(this.tree(`040000 tree ${tree}\tpolicies`));
  }

  /** The same of the whole repository. */
  pushTop(tree: string): string {
    const commit = this.git('commit-tree', '-p', this.#inForce, '-m', 'accident', tree);
    this.git('push', '--quiet', '--force', 'origin', `${commit}:refs/heads/main`);
    return commit;
  }

  /** A tree of these entries: `MODE TYPE ID<tab>NAME`. */
  tree(...entries: readonly string[]): string {
    const lines = entries.map((entry) => `${entry}\0`);
    return this.estate.clone.feed(lines.join(''), 'mktree', '-z', '--missing');
  }

  blob(content: string | Uint8Array): string {
    return this.estate.clone.feed(content, 'hash-object', '-w', '--stdin');
  }

  /** A tree of one policy file. */
  policyTree(text: string, name = 'web.yaml'): string {
    return this.tree(`100644 blob ${this.blob(text)}\t${name}`);
  }

  /** Nothing was written; and what someone opens by hand is closed, for the sake of the commit in force. */
  async expectInForce(): Promise<void> {
    const { emulator } = this.estate;
    expect(await this.estate.ports()).toEqual(GOOD_PORTS);
    const calls = await emulator.calls();
    expect(calls.map(({ action }) => action).filter((action) => !action.startsWith('Describe'))).toEqual([]);
    const from = this.daemon.lines.length;
    const state = await emulator.state();
    // Another one each time: what comes back again and again is left alone for a while.
    this.#openedByHand += 1;
    const opened = { ...RULE, PortRange: `${this.#openedByHand}/${this.#openedByHand}` };
    await emulator.setState({
      ...state,
      securityGroups: state.securityGroups.map((group) => ({
        ...group,
        Permissions: [...group.Permissions, opened],
      })),
    });
    await this.daemon.event('call.succeeded', { operation: 'RevokeSecurityGroup' }, from);
    expect(await this.estate.ports()).toEqual(GOOD_PORTS);
    // A run of the commit before may end as late as now.
    await this.daemon.event('group.converged', { revision: this.#inForce }, from);
    await emulator.clearCalls();
  }

  /** The remote is made again, with a good commit after the one in force; waits until that is in force. */
  async mend(): Promise<void> {
    const { remote, clone } = this.estate;
    removeFolder(remote);
    clone.run('init', '--quiet', '--bare', '--initial-branch=main', remote);
    await this.putInForce(() => this.pushPolicies(this.policyTree(GOOD_POLICY)));
  }

  /** The commit of the accident is now the one that newer ones must descend from. */
  follow(): void {
    this.#inForce = this.git('--git-dir', this.estate.remote, 'rev-parse', 'refs/heads/main');
  }

  /** Waits until the commit that is made now is in force. */
  async putInForce(commit: () => string): Promise<void> {
    this.#inForce = commit();
    await this.daemon.event('policies.loaded', { revision: this.#inForce });
    await this.estate.emulator.clearCalls();
  }

  close(): Promise<void> {
    return this.estate.close();
  }
}

const pushGood = (estate: GitEstate): string => estate.push({ 'policies/web.yaml': GOOD_POLICY });

/** A row of a table of accidents. */
export interface GitAccident {
  readonly title: string;
  readonly happens: (world: GitAccidentWorld) => unknown;
  /** The log line that tells of it: its event, some of its fields, and a text that stands somewhere in it. */
  readonly told: readonly [event: string, fields: Readonly<Record<string, unknown>>, text: string];
  /** Whether the daemon also starts again while the accident lasts. */
  readonly restarted?: true;
  /**
   * Whether the commit counts as the one in force: it could be read, and only its broken files are not taken. For their
   * groups what was there before is.
   */
  readonly counts?: true;
}

/** The accident is told, nothing is added or removed, and the last good commit goes on to be enforced. */
export async function expectLastGood(world: GitAccidentWorld, accident: GitAccident): Promise<LogLine> {
  const { happens, told, restarted, counts } = accident;
  const from = world.daemon.lines.length;
  await happens(world);
  const line = await world.daemon.line(isTold(told), from);
  if (counts === true) world.follow();
  await world.expectInForce();
  if (restarted === true) {
    await world.restart();
    await world.expectInForce();
  }
  return line;
}

const isTold =
  ([event, fields, text]: GitAccident['told']) =>
  (line: LogLine): boolean =>
    line.event === event &&
    Object.entries(fields).every(([key, value]) => line[key] === value) &&
    JSON.stringify(line).includes(text);
