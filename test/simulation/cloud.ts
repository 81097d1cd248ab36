// The vendor: the emulator below its socket, on the simulation's time. Every call, the daemon's and those of the
// people at the console, really is signed and goes through the whole gateway; here it is watched.
import { DEFAULT_CREDENTIAL } from '../../emulator/gateway/credentials.ts';
import { requestHandler } from '../../emulator/emulator.ts';
import type { Fault } from '../../emulator/gateway/faults.ts';
import type { Quirks } from '../../emulator/quirks.ts';
import type { SecurityGroup, State } from '../../emulator/state.ts';
import { parseState } from '../../emulator/admin/state-file.ts';
import type { Outcome, Reply, WireRequest } from '../../emulator/wire/wire.ts';
import { requestV1 } from '../support/signing.ts';
import type { Landing, SentCall } from './facts.ts';
import type { Knobs, SimGroup } from './knobs.ts';
import { nameOf, REGION, TAG } from './policies.ts';
import { PARTNER, PORT_LIST, wireRule, type Wire } from './rules.ts';
import type { VirtualTime } from './virtual-time.ts';

const CONSOLE = { accessKeyId: 'console', accessKeySecret: 'console-secret' };

/** What came of a call on the wire. */
export type Result =
  | { readonly kind: 'reply'; readonly reply: Reply; readonly body: unknown; readonly code: string }
  | { readonly kind: 'none'; readonly outcome: 'reset' | 'hang' | 'truncated' }
  | { readonly kind: 'later'; readonly delayMs: number; readonly finish: () => Result };

export class Cloud {
  readonly #state: State;
  readonly #handle: (request: WireRequest) => Outcome;
  readonly #time: VirtualTime;
  readonly #landed: (landing: Landing) => void;
  #nonce = 0;

  constructor(knobs: Knobs, time: VirtualTime, landed: (landing: Landing) => void) {
    this.#time = time;
    this.#landed = landed;
    this.#state = startState(knobs);
    this.#handle = requestHandler({
      state: this.#state,
      quirks: knobs.quirks,
      seed: knobs.seed,
      credentials: [DEFAULT_CREDENTIAL, CONSOLE],
      callsLimit: 1,
      clock: {
        nowMs: () => time.trueWallMs,
        sleep: () => Promise.reject(new Error('the cloud never sleeps')),
      },
    });
  }

  group(id: string): SecurityGroup {
    const group = this.#state.securityGroups.find((each) => each.SecurityGroupId === id);
    if (group === undefined) throw new Error(`the cloud has lost ${id}`);
    return group;
  }

  /** Works a call off, now; `call` is null for the console. */
  handle(request: WireRequest, call: SentCall | null, group: string): Result {
    return this.#finish(() => this.#handle(request), call, group);
  }

  #finish(run: () => Outcome, call: SentCall | null, group: string): Result {
    const before = group === '' ? null : this.group(group);
    const outcome = run();
    if (outcome.kind === 'later') {
      const { delayMs, finish } = outcome;
      return { kind: 'later', delayMs, finish: () => this.#finish(finish, call, group) };
    }
    const result: Result =
      outcome.kind === 'reply'
        ? { kind: 'reply', reply: outcome.reply, ...read(outcome.reply) }
        : { kind: 'none', outcome: outcome.kind };
    if (before !== null) {
      const code = result.kind === 'reply' ? result.code : '';
      this.#landed({ call, atMs: this.#time.nowMs, before, after: this.group(group), code });
    }
    return result;
  }

  /** Someone at the console does something; the vendor's code, empty if it worked. */
  console(action: string, group: string, params: Wire): string {
    const named = { RegionId: REGION, SecurityGroupId: group, ...params };
    const request = requestV1(action, named, {
      key: CONSOLE,
      nowMs: this.#time.trueWallMs,
      nonce: `console-${(this.#nonce += 1)}`,
    });
    const result = this.handle(request, null, group);
    return result.kind === 'reply' ? result.code : result.kind;
  }

  setFaults(faults: ReadonlyArray<Pick<Fault, 'action' | 'kind'> & Partial<Fault>>): void {
    this.#door('faults', faults);
  }

  setQuirks(quirks: Partial<Quirks>): void {
    this.#door('quirks', quirks);
  }

  #door(name: string, content: unknown): void {
    const outcome = this.#handle({
      method: 'PUT',
      target: `/_emulator/${name}`,
      headers: { host: '127.0.0.1' },
      body: Buffer.from(JSON.stringify(content)),
      remoteAddress: '127.0.0.1',
    });
    if (outcome.kind !== 'reply' || outcome.reply.status !== 200) {
      throw new Error(`the door ${name} refused: ${JSON.stringify(outcome)}`);
    }
  }
}

function read({ body }: Reply): { body: unknown; code: string } {
  try {
    const json = JSON.parse(body) as Readonly<Record<string, unknown>>;
    return { body: json, code: typeof json.Code === 'string' ? json.Code : '' };
  } catch {
    return { body: null, code: '' };
  }
}

function startState({ groups }: Knobs): State {
  const legacy = groups[0]?.kind.legacy === true;
  return parseState({
    securityGroups: [...groups.map(stateGroup), peerGroup(), partnerGroup()],
    prefixLists: legacy ? [] : [{ RegionId: REGION, PrefixListId: 'pl-cdn', MaxEntries: 1 }],
    portRangeLists: legacy ? [] : [{ RegionId: REGION, PortRangeListId: PORT_LIST, MaxEntries: 1 }],
  });
}

const peerGroup = () => ({ RegionId: REGION, SecurityGroupId: 'sg-peer', VpcId: 'vpc-1' });

const partnerGroup = () => ({
  RegionId: REGION,
  SecurityGroupId: PARTNER.id,
  OwnerId: PARTNER.ownerId,
  VpcId: 'vpc-1',
});

/** A state file has the owner of a group under the name by which the cloud shows it. */
const asShown = (fields: Wire): Wire =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name.replace('GroupOwnerId', 'GroupOwnerAccount'), value]),
  );

function stateGroup({ kind, innerAccess, managed, rules }: SimGroup): object {
  return {
    RegionId: REGION,
    SecurityGroupId: kind.id,
    SecurityGroupName: nameOf(kind.id),
    Tags: [{ TagKey: TAG, TagValue: kind.id }],
    VpcId: kind.classic ? '' : 'vpc-1',
    SecurityGroupType: kind.type,
    InnerAccessPolicy: kind.type === 'enterprise' ? 'Drop' : innerAccess,
    ServiceManaged: managed,
    Permissions: rules.map((rule) => {
      const { Policy = '', Priority, ...fields } = asShown(wireRule(rule, null));
      const policy = Policy === 'drop' ? 'Drop' : 'Accept';
      return { Direction: rule.direction, ...fields, Policy: policy, Priority: Number(Priority) };
    }),
  };
}
