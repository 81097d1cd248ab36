// The end of a simulation: after the faults everything comes to rest within a bounded time, and stays so when
// everything is looked at once more.
import type { GroupRef } from '../../reconciler/model/group.ts';
import { untruthsIn, wrongNames } from './checks/own-account.ts';
import type { Cloud } from './cloud.ts';
import type { Fail } from './facts.ts';
import type { JournalHost } from './journals.ts';
import type { Knobs } from './knobs.ts';
import type { Life } from './life.ts';
import { revisionOf, type PolicyTree } from './policies.ts';
import { hopelessGroups, mayStayBlocked, unsettledGroups, type EndWorld } from './settled.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface RestWorld {
  readonly knobs: Knobs;
  readonly time: VirtualTime;
  readonly cloud: Cloud;
  readonly tree: PolicyTree;
  readonly journals: JournalHost;
  /** One of each replica. */
  readonly lives: () => ReadonlyArray<Life | null>;
  /** How many writes were sent, by group. */
  readonly writesOf: ReadonlyMap<string, number>;
  /** A person approves whatever waits. */
  readonly approve: () => void;
  /** Whether something waits for long. */
  readonly hasLeftAlone: () => boolean;
  /** Until that time or a violation. */
  readonly runUntil: (untilMs: number) => Promise<void>;
  /** Whether there was a violation. */
  readonly isOver: () => boolean;
  readonly fail: Fail;
  readonly note: (who: string, what: string) => void;
}

/** After the faults. Nothing was quarantined, and nothing flapped: what is left is back-off and throttling. */
const LIVENESS_MS = 20 * 60_000;
/** Otherwise: whatever is quarantined, or left alone because it flaps, has waited its longest by then. */
const PATIENT_LIVENESS_MS = 7.5 * 3_600_000;
/** How often it is looked whether all is well. */
const LOOK_MS = 10_000;
/** At everything, after it has come to rest. */
const MAX_LOOKS = 5;

export class Rest {
  readonly #world: RestWorld;
  #tookMs = 0;

  constructor(world: RestWorld) {
    this.#world = world;
  }

  /** How long it took the last time. */
  get tookMs(): number {
    return this.#tookMs;
  }

  /** Liveness. All may look well while a call is still on its way: so it must stay so for a while. */
  async reach(): Promise<void> {
    const fromMs = this.#world.time.nowMs;
    let calmSinceMs = fromMs;
    let writes = this.#writes(hopelessGroups(this.#endWorld()));
    for (;;) {
      this.#world.approve();
      await this.#world.runUntil(this.#world.time.nowMs + LOOK_MS);
      if (this.#world.isOver()) return;
      const world = this.#endWorld();
      const hopeless = hopelessGroups(world);
      const wrong = this.#unsettled(world, hopeless);
      const writesBefore = writes;
      writes = this.#writes(hopeless);
      if (wrong.length > 0 || writes > writesBefore) calmSinceMs = this.#world.time.nowMs;
      const tookMs = calmSinceMs - fromMs;
      this.#tookMs = tookMs;
      const boundMs = this.#world.hasLeftAlone() ? PATIENT_LIVENESS_MS : LIVENESS_MS;
      if (tookMs > boundMs)
        this.#world.fail('liveness', `after ${boundMs / 60_000} minutes: ${wrong.join('; ')}`);
      if (this.#world.time.nowMs - calmSinceMs >= this.#calmMs()) break;
    }
    this.#world.note('world', `has come to rest after ${this.#tookMs} ms`);
    await this.#hearAccounts();
  }

  /** Time for everything to be looked at again, and to be seen as it is. */
  #calmMs(): number {
    const { config, quirks } = this.#world.knobs;
    return config.resyncSeconds * 1000 + quirks.describeLagMs + 30_000;
  }

  /**
   * One more look at everything finds nothing to do; but a group that was blocked may find that there is room by now,
   * since what a refusal has shown of the room counts for a while only. Then another look must find nothing.
   */
  async lookOnceMore(): Promise<void> {
    for (let looks = 1; !this.#world.isOver(); looks += 1) {
      const world = this.#endWorld();
      const hopeless = hopelessGroups(world);
      const mayGoOn = new Set([...hopeless, ...blockedGroups(world)]);
      const [all, others] = [this.#writes(hopeless), this.#writes(mayGoOn)];
      this.#world.time.in(0, () => this.#world.lives().forEach((life) => life?.reload()));
      await this.#world.runUntil(this.#world.time.nowMs + this.#calmMs());
      if (this.#writes(mayGoOn) > others || looks > MAX_LOOKS)
        this.#world.fail('last plan', 'a look at what had come to rest led to calls');
      if (this.#writes(hopeless) === all) break;
      await this.reach();
    }
    const world = this.#endWorld();
    const wrong = this.#unsettled(world, hopelessGroups(world));
    if (wrong.length > 0) this.#world.fail('last plan', wrong.join('; '));
    await this.#hearAccounts();
  }

  /** Status and metrics of whoever runs, at rest. */
  async #hearAccounts(): Promise<void> {
    const world = this.#endWorld();
    const lives = this.#world.lives().flatMap((life) => (life?.isAlive === true ? life : []));
    const accounts = await Promise.all(lives.map((life) => life.account()));
    const untruths = [
      ...wrongNames(accounts, world),
      ...accounts.flatMap((account) => untruthsIn(account, world, lives.length > 1)),
    ];
    if (untruths.length > 0) this.#world.fail('own account', untruths.join('; '));
  }

  /** Calls that change something, but for groups that may try for ever. */
  #writes(hopeless: ReadonlySet<string>): number {
    return [...this.#world.writesOf].reduce(
      (sum, [group, count]) => sum + (hopeless.has(group) ? 0 : count),
      0,
    );
  }

  #unsettled(world: EndWorld, hopeless: ReadonlySet<string>): string[] {
    const lives = this.#world.lives();
    if (!lives.every((life) => life?.isAlive === true)) return ['a process does not run'];
    const statuses = lives.flatMap((life) => life?.status() ?? []);
    const late = statuses.filter(({ revision }) => revision !== revisionOf(this.#world.tree.current));
    if (late.length > 0) return late.map(({ id, revision }) => `${id} is still held to ${revision}`);
    const wrong = [...unsettledGroups(world)].flatMap(([group, texts]) => (hopeless.has(group) ? [] : texts));
    // What a group that is blocked still has open, it will go on with.
    const waits = ({ id }: GroupRef) => hopeless.has(id) || mayStayBlocked({ group: { id } }, world);
    const open = this.#world.journals.openIntents().filter(({ group }) => !waits(group));
    return [...wrong, ...open.map(({ clientToken }) => `the intent ${clientToken} is open`)];
  }

  #endWorld(): EndWorld {
    return {
      knobs: this.#world.knobs,
      version: this.#world.tree.current,
      nowMs: this.#world.time.wallMs,
      stateOf: (group) => this.#world.cloud.group(group),
      statuses: new Map(
        this.#world
          .lives()
          .flatMap((life) => life?.status() ?? [])
          .map((status) => [status.id, status]),
      ),
    };
  }
}

const blockedGroups = (world: EndWorld): string[] =>
  [...world.statuses.keys()].filter((id) => mayStayBlocked({ group: { id } }, world));
