// The life of a daemon under attack: round for round something is changed (a policy, or the cloud by hand), the
// daemon is started, and it is struck down at a named moment: in the middle of its nth call, at its next writes to the
// journal after one, or at the nth line of its log. Then it is judged by what the cloud saw and by its journal; the
// daemon itself is not asked.
//
// A stretch of rounds between two changes is one passage from the rules that were there to those of the policy:
//   never open   in no state of it is anything accepted that both of them drop
//   never cut    nor anything dropped that both of them accept
//   no more      no rule is ever there that neither of them holds
// And of all calls:
//   intent       the journal knew the token of every write before it came
//   one effect   no token has two effects
//   same token   a call whose end the daemon did not live to see comes again only with its own token
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { GroupContext } from '../../reconciler/exposure/engine/context.ts';
import { ruleIdentity, type Rule } from '../../reconciler/model/rule.ts';
import { startAmbushedEmulator, type AmbushedEmulator, type Fate, type Struck } from './ambushed-emulator.ts';
import { configFor, REGION, wireGroup } from './estate.ts';
import { oracleDecide } from './packet-oracle.ts';
import { PacketSource } from './packets.ts';
import { Random } from './random.ts';
import { Workspace, type Finished, type RampartProcess } from './rampart.ts';
import { meaningOf, policyRule, wireRule } from './rule-forms.ts';
import { arbitraryRule, distinct, type World } from './rule-sets.ts';

const GROUPS = ['sg-one', 'sg-two', 'sg-three'];
const MOST_RULES = 16;
const PACKETS_A_PASSAGE = 150;

/** Rules that overlap a lot, of kinds that any group in a VPC can hold. */
const WORLD: World = {
  protocols: ['tcp', 'tcp', 'tcp', 'udp', 'all'],
  ports: ['all', '22', '443', '1-1024', '80-443', '444-65535'],
  sourcePorts: [null],
  peers: ['0.0.0.0/0', '10.0.0.0/8', '10.0.0.0/9', '10.0.0.0/16', '128.0.0.0/1', '::/0', 'sg-a', 'sg-b'],
  owns: [null],
  priorities: [1, 1, 2, 3],
  directions: ['ingress', 'ingress', 'egress'],
  nicTypes: ['intranet'],
};

/** With the first plans a life logs some forty lines. */
const MOST_LINES = 40;

const CONTEXT: Omit<GroupContext, 'id'> = {
  type: 'normal',
  innerAccess: 'accept',
  classic: false,
  prefixLists: new Map(),
  portLists: new Map(),
};

/** How a daemon is ended: SIGKILL at once, or SIGTERM, which lets it finish what it has begun. */
export type Blow = 'SIGKILL' | 'SIGTERM';

/** A daemon that is asked to stop waits for calls under way, so none of them can be late. */
const FATES: Readonly<Record<Blow, readonly Fate[]>> = {
  SIGKILL: ['lost', 'unanswered', 'answered', 'late'],
  SIGTERM: ['lost', 'unanswered', 'answered'],
};

interface Passage {
  /** Place in the emulator's list of the group's states. */
  readonly from: number;
  readonly before: readonly Rule[];
  readonly after: readonly Rule[];
}

/** A write whose end its sender did not live to see, and how many calls had been made by then. */
interface Loose {
  readonly call: Struck;
  readonly at: number;
}

export interface Tally {
  readonly blows: number;
  /** Blows in the middle of a write. */
  readonly amidWrites: number;
  /** Calls that came again after their sender had been struck. */
  readonly repeated: number;
}

export class Ordeal {
  readonly #random: Random;
  readonly #emulator: AmbushedEmulator;
  readonly #workspace = new Workspace();
  readonly #policies = new Map<string, readonly Rule[]>();
  readonly #passages = new Map<string, Passage>();
  #handRules = 0;
  #blows = 0;
  #amidWrites = 0;
  #repeated = 0;
  #loose: Loose | null = null;

  static async begin(seed: number): Promise<Ordeal> {
    const random = new Random(seed);
    const start = GROUPS.map((id) => wireGroup(id, drawRules(random, MOST_RULES).map(wireRule)));
    const emulator = await startAmbushedEmulator({
      securityGroups: [wireGroup('sg-a'), wireGroup('sg-b'), ...start],
    });
    return new Ordeal(random, emulator);
  }

  private constructor(random: Random, emulator: AmbushedEmulator) {
    this.#random = random;
    this.#emulator = emulator;
    // This emulator's reads do not lag: what a hand undid between two lives is not waited for long.
    const config = configFor(emulator.url, 'limits: {default: {ratePerMinute: 6000}}\n');
    this.#workspace.write(
      'config.yaml',
      config.replace('resyncSeconds: 1', 'resyncSeconds: 1, lagSeconds: 3'),
    );
    for (const group of GROUPS) {
      const held = emulator.rules(group).map(meaningOf);
      this.#setPolicy(group, this.#edited(held));
      this.#beginPassage(group);
    }
  }

  get tally(): Tally {
    return { blows: this.#blows, amidWrites: this.#amidWrites, repeated: this.#repeated };
  }

  /** A change, a start, a blow. */
  async round(blow: Blow): Promise<void> {
    const random = this.#random;
    // What is under way must stay wanted, or no one could say what its late arrival may do.
    const mayChange = this.#loose === null;
    const changesAlive = mayChange && random.chance(0.3);
    if (mayChange && !changesAlive && random.chance(0.8)) this.#change(false);
    const daemon = this.#workspace.start(['run']);
    if (changesAlive) {
      await this.#converged(daemon);
      this.#change(true);
    }
    const loose = this.#loose;
    this.#loose = null;
    const released = loose === null ? null : this.#releaseAtCall(loose.call, 1 + random.below(6));
    await this.#strikeDown(daemon, blow);
    released?.();
    await this.#emulator.settle();
    if (loose !== null) this.#checkRepetition(loose);
    await this.#checkTokens();
  }

  /** The last daemon is left alone until all is as the policies say; then it is stopped, and all is judged. */
  async end(): Promise<void> {
    this.#loose?.call.release();
    await this.#emulator.settle();
    const daemon = this.#workspace.start(['run']);
    await this.#converged(daemon);
    const { code } = await daemon.stop();
    expect(code).toBe(0);
    await this.#checkTokens();
    for (const group of GROUPS) {
      this.#judge(group);
      expect(this.#held(group), group).toEqual(this.#wanted(group));
    }
    expect((await this.#workspace.journalTokens()).open).toEqual(new Set());
    const plan = await this.#workspace.run(['plan']);
    expect(plan.code, plan.stdout + plan.stderr).toBe(0);
  }

  async dispose(): Promise<void> {
    this.#loose?.call.release();
    await this.#workspace.dispose();
    await this.#emulator.close();
  }

  async #converged(daemon: RampartProcess, from = 0): Promise<void> {
    for (const group of GROUPS) await daemon.event('group.converged', { group }, from);
  }

  // Changes

  #change(isAlive: boolean): void {
    const random = this.#random;
    for (const group of GROUPS) {
      if (!random.chance(0.7)) continue;
      this.#judge(group);
      const byHand = random.chance(0.3);
      if (byHand) this.#changeByHand(group);
      // A daemon that is alive rightly restores the old policy until it has read the new one: not both at once then.
      const byPolicy = random.chance(0.9) && !(byHand && isAlive);
      if (byPolicy) this.#setPolicy(group, this.#edited(this.#policies.get(group) ?? []));
      this.#beginPassage(group);
    }
  }

  #setPolicy(group: string, rules: readonly Rule[]): void {
    this.#policies.set(group, rules);
    const list = (direction: Rule['direction']) =>
      rules
        .filter((rule) => rule.direction === direction)
        .map(policyRule)
        .join(', ');
    this.#workspace.write(
      `policies/${group}.yaml`,
      `version: 1\ngroups:\n  - {id: ${group}, region: ${REGION}, ingress: [${list('ingress')}], egress: [${list('egress')}]}\n`,
    );
  }

  /** What a person edits: some rules go, some come, some are altered. */
  #edited(rules: readonly Rule[]): Rule[] {
    const random = this.#random;
    const stay = rules.flatMap((rule) => {
      if (random.chance(0.2)) return [];
      if (random.chance(0.2)) return [{ ...rule, priority: random.pick([1, 2, 3]) }];
      if (random.chance(0.1)) return [{ ...rule, action: random.pick(['accept', 'drop'] as const) }];
      return [rule];
    });
    return distinct([...stay, ...drawRules(random, 5)]).slice(0, MOST_RULES);
  }

  #changeByHand(group: string): void {
    const random = this.#random;
    const held = this.#emulator.rules(group).filter(() => random.chance(0.8));
    const known = new Set(held.map((rule) => ruleIdentity(meaningOf(rule))));
    const more = drawRules(random, 2).filter((rule) => !known.has(ruleIdentity(rule)));
    this.#emulator.setRules(group, [
      ...held,
      ...more.map((rule) => ({
        ...wireRule(rule),
        SecurityGroupRuleId: `sgr-byhand${(this.#handRules += 1)}`,
      })),
    ]);
  }

  // Blows

  async #strikeDown(daemon: RampartProcess, blow: Blow): Promise<void> {
    const random = this.#random;
    let isStruck = false;
    const strike = () => {
      // A second SIGTERM would end it at once.
      if (!isStruck) daemon.kill(blow);
      isStruck = true;
    };
    this.#blows += 1;
    if (random.chance(0.2)) {
      // At the very start, or after so many lines.
      const lines = random.below(MOST_LINES);
      if (lines > 0) await daemon.line(() => true, lines - 1);
      strike();
      // A signal that comes before the program has asked for it ends the process at once.
      expectEnd(await daemon.finished, blow === 'SIGKILL' ? [null] : [null, 0]);
      return;
    }
    const kind = random.chance(0.8) ? 'write' : 'read';
    const fate = random.pick(FATES[blow].filter((each) => kind === 'write' || each !== 'late'));
    const nth = 1 + random.below(kind === 'write' ? 5 : 10);
    const journalWrites = fate === 'answered' ? random.below(4) : 0;
    const laid = this.#emulator.lay({
      kind,
      nth,
      fate,
      strike: () => {
        if (journalWrites === 0) strike();
      },
    });
    const ended = daemon.finished.then(() => null);
    const struck = await Promise.race([laid, this.#allAsWanted(), ended]);
    if (struck !== null && journalWrites > 0) {
      const written = this.#workspace.journalWrites(daemon, journalWrites).catch(() => null);
      await Promise.race([written, this.#allAsWanted(), ended]);
    }
    strike();
    expectEnd(await daemon.finished, blow === 'SIGKILL' ? [null] : [0]);
    this.#emulator.lift();
    if (struck?.kind !== 'write') return;
    this.#amidWrites += 1;
    this.#loose = { call: struck, at: this.#emulator.calls().length };
  }

  /** Lets a late call come in before the `nth` call from now on, or when the answer is called. */
  #releaseAtCall({ release }: Struck, nth: number): () => void {
    let left = nth;
    const stop = this.#emulator.listen(() => {
      left -= 1;
      if (left === 0) release();
    });
    return () => {
      stop();
      release();
    };
  }

  /** Nothing is left to do, and someone looks. */
  #allAsWanted(): Promise<null> {
    return new Promise((resolve) => {
      const stop = this.#emulator.listen((isRead) => {
        if (!isRead || !GROUPS.every((group) => isDeepStrictEqual(this.#held(group), this.#wanted(group))))
          return;
        stop();
        resolve(null);
      });
    });
  }

  // Judgement

  #held(group: string): string[] {
    return identities(this.#emulator.rules(group).map(meaningOf));
  }

  #wanted(group: string): string[] {
    return identities(this.#policies.get(group) ?? []);
  }

  async #checkTokens(): Promise<void> {
    const { open, closed } = await this.#workspace.journalTokens();
    const effects = new Set<string>();
    const lost = this.#loose?.call.params.ClientToken ?? null;
    if (lost !== null) expect([...open, ...closed], 'intent before its call').toContain(lost);
    for (const { action, clientToken, effect } of this.#emulator.calls()) {
      if (action.startsWith('Describe')) continue;
      expect(open.has(clientToken) || closed.has(clientToken), `intent of ${clientToken}`).toBe(true);
      if (!effect) continue;
      expect(effects.has(clientToken), `second effect of ${clientToken}`).toBe(false);
      effects.add(clientToken);
    }
  }

  #checkRepetition({ call, at }: Loose): void {
    const since = this.#emulator.calls().slice(at);
    const same = since.filter(
      ({ action, params }) =>
        action === call.action &&
        isDeepStrictEqual({ ...params, ClientToken: '' }, { ...call.params, ClientToken: '' }),
    );
    // The late original is no repetition, but cannot be told from one.
    for (const { clientToken } of same) expect(clientToken).toBe(call.params.ClientToken);
    this.#repeated += same.length;
  }

  #beginPassage(group: string): void {
    const held = this.#emulator.rules(group).map(meaningOf);
    this.#passages.set(group, {
      from: (this.#emulator.states.get(group) ?? []).length,
      before: held,
      after: this.#policies.get(group) ?? [],
    });
  }

  #judge(group: string): void {
    const passage = this.#passages.get(group);
    if (passage === undefined) return;
    const { from, before, after } = passage;
    const seen = (this.#emulator.states.get(group) ?? []).slice(from).map((rules) => rules.map(meaningOf));
    const known = new Set(identities([...before, ...after]));
    for (const rules of seen) {
      expect(
        identities(rules).filter((identity) => !known.has(identity)),
        `${group}: no more`,
      ).toEqual([]);
    }
    const context: GroupContext = { ...CONTEXT, id: group };
    const packets = new PacketSource([...before, ...after], context, this.#random);
    for (let count = 0; count < PACKETS_A_PASSAGE; count += 1) {
      const packet = packets.next();
      const verdict = oracleDecide(before, packet, context);
      if (oracleDecide(after, packet, context) !== verdict) continue;
      const wrong = seen.find((rules) => oracleDecide(rules, packet, context) !== verdict);
      if (wrong === undefined) continue;
      const text = (rules: readonly Rule[]) => rules.map((rule) => `\n  ${policyRule(rule)}`).join('');
      const { peer, own, ...plain } = packet;
      throw new Error(
        `${group}: old and new ${verdict}, but not a state between\n` +
          JSON.stringify({ ...plain, peer: String(peer), own: String(own) }) +
          `\nold${text(before)}\nstate${text(wrong)}\nnew${text(after)}`,
      );
    }
  }
}

function drawRules(random: Random, most: number): Rule[] {
  const numRuns = random.below(most + 1);
  return numRuns === 0 ? [] : distinct(fc.sample(arbitraryRule(WORLD), { seed: random.below(1e9), numRuns }));
}

const identities = (rules: readonly Rule[]): string[] => rules.map(ruleIdentity).sort();

function expectEnd({ code, stdout, stderr }: Finished, codes: ReadonlyArray<number | null>): void {
  if (!codes.includes(code)) throw new Error(`it ended with ${code}\n${stdout.slice(-2000)}${stderr}`);
}
