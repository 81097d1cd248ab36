// Random edits of random rule sets through the real daemon: whatever its plans, no call that it sends may leave a
// group in a state that lets through what neither the old nor the new rules do, or (unless the plan owned up to it)
// that stops what both let through. Judged in the emulator's own state by a loop over the rules; the planner, its
// proofs and the daemon's conversions have no part in the judgement.
//
// Invariants, of the state after each call that had an effect, and of those that a batch may pass through:
//   never open   accepted only if the old or the new rules accept
//   never cut    dropped only if the old or the new rules drop; not where the plan said `hitless: false`
// and at the end the group holds exactly the rules of the policy.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Permission } from '../../emulator/state.ts';
import type { GroupContext } from '../../reconciler/exposure/engine/context.ts';
import type { Packet } from '../../reconciler/exposure/engine/packet.ts';
import { ruleIdentity, type Rule } from '../../reconciler/model/rule.ts';
import { REGION, wireGroup } from '../support/estate.ts';
import { oracleDecide } from '../support/packet-oracle.ts';
import { PacketSource } from '../support/packets.ts';
import { Random } from '../support/random.ts';
import { meaningOf, policyRule, wireRule } from '../support/rule-forms.ts';
import {
  arbitraryEdit,
  arbitraryRules,
  NARROW_WORLD,
  SELF,
  WIDE_WORLD,
  type RuleSetPair,
  type World,
} from '../support/rule-sets.ts';
import { Service } from '../support/service.ts';
import { startWatchedEmulator } from '../support/watched-emulator.ts';

const SERVICES = 10;
const GROUPS_EACH = 50;
const PACKETS_A_GROUP = 300;
const MOST_RULES = 24;
const TIGHT_QUOTA = 10;

// Sets of up to that many rules, and not mostly of two or three.
fc.configureGlobal({ baseSize: 'large' });

/** What a group in a VPC can hold: no rule names its own group, and no classic network is left. */
const CLOUD_WORLD: World = {
  ...WIDE_WORLD,
  protocols: WIDE_WORLD.protocols.filter((protocol) => protocol !== '50'),
  peers: WIDE_WORLD.peers.filter((peer) => peer !== SELF),
  nicTypes: ['intranet'],
};

const LIST_FAMILIES: Readonly<Record<string, 'ipv4' | 'ipv6'>> = {
  'pl-a': 'ipv4',
  'pl-b': 'ipv6',
  'pl-c': 'ipv4',
};

const NEIGHBOURS = {
  securityGroups: [wireGroup('sg-a'), wireGroup('sg-b')],
  prefixLists: Object.entries(LIST_FAMILIES).map(([PrefixListId, family]) => ({
    RegionId: REGION,
    PrefixListId,
    AddressFamily: family === 'ipv4' ? 'IPv4' : 'IPv6',
    MaxEntries: 1,
  })),
  portRangeLists: ['prl-a', 'prl-b'].map((PortRangeListId) => ({
    RegionId: REGION,
    PortRangeListId,
    MaxEntries: 1,
  })),
};

/** The vendor refuses a list whose family does not fit the rest of the rule. */
function fitsItsList({ peer, own, protocol }: Rule): boolean {
  if (peer.kind !== 'prefixList') return true;
  const family = LIST_FAMILIES[peer.id];
  const ofProtocol = protocol === 'icmp' ? 'ipv4' : protocol === 'icmpv6' ? 'ipv6' : family;
  return ofProtocol === family && (own === null || own.kind === family);
}

interface Plot extends RuleSetPair {
  readonly id: string;
  readonly innerAccess: GroupContext['innerAccess'];
}

/** What is in force and what is wanted: an edit of it, or something else altogether. */
const PAIRS = {
  edited: (world: World) => arbitraryEdit(MOST_RULES, world),
  replaced: (world: World) =>
    fc.record({ before: arbitraryRules(TIGHT_QUOTA, world), after: arbitraryRules(TIGHT_QUOTA, world) }),
};

function plots(seed: number, pair: keyof typeof PAIRS): Plot[] {
  const draw = (world: World) => fc.sample(PAIRS[pair](world), { seed, numRuns: GROUPS_EACH / 2 });
  return [...draw(CLOUD_WORLD), ...draw(NARROW_WORLD)].map(({ before, after }, index) => ({
    id: `sg-${seed}x${index}`,
    innerAccess: index % 2 === 0 ? 'accept' : 'drop',
    before: before.filter(fitsItsList),
    after: after.filter(fitsItsList),
  }));
}

const groupState = ({ id, before, innerAccess }: Plot) => ({
  ...wireGroup(id, before.map(wireRule)),
  InnerAccessPolicy: innerAccess === 'accept' ? 'Accept' : 'Drop',
});

function groupPolicy({ id, after }: Plot): string {
  const list = (direction: Rule['direction']) =>
    `[${after
      .filter((rule) => rule.direction === direction)
      .map(policyRule)
      .join(', ')}]`;
  return `  - {id: ${id}, region: ${REGION}, ingress: ${list('ingress')}, egress: ${list('egress')}}\n`;
}

interface Moment {
  readonly at: string;
  readonly rules: readonly Rule[];
}

/** The states of a group one after the other, and such as may be seen while a batch takes effect rule by rule. */
function moments(states: ReadonlyArray<readonly Permission[]>, random: Random): Moment[] {
  return states.slice(1).flatMap((now, index) => {
    const before = states[index] ?? [];
    const whole = { at: `after call ${index + 1}`, rules: now };
    return [...onTheWay(before, now, index + 1, random), whole].map(({ at, rules }) => ({
      at,
      rules: rules.map(meaningOf),
    }));
  });
}

function onTheWay(
  before: readonly Permission[],
  after: readonly Permission[],
  call: number,
  random: Random,
): Array<{ at: string; rules: readonly Permission[] }> {
  const idsOf = (rules: readonly Permission[]) => new Set(rules.map((rule) => rule.SecurityGroupRuleId));
  const [old, now] = [idsOf(before), idsOf(after)];
  const stays = before.filter((rule) => now.has(rule.SecurityGroupRuleId));
  const changing = [
    ...before.filter((rule) => !stays.includes(rule)),
    ...after.filter((rule) => !old.has(rule.SecurityGroupRuleId)),
  ];
  if (changing.length < 2) return [];
  return [1, 2, 3].map(() => {
    const some = changing.filter(() => random.chance(0.5));
    return {
      at: `during call ${call}, ${some.length} of ${changing.length} rules there`,
      rules: [...stays, ...some],
    };
  });
}

function judge(plot: Plot, seen: readonly Moment[], isHitless: boolean, random: Random): void {
  const { id, innerAccess, before, after } = plot;
  const context: GroupContext = {
    id,
    type: 'normal',
    innerAccess,
    classic: false,
    prefixLists: new Map(),
    portLists: new Map(),
  };
  const rules = [...before, ...after, ...seen.flatMap((moment) => moment.rules)];
  const packets = new PacketSource(rules, context, random);
  for (let count = 0; count < PACKETS_A_GROUP; count += 1) {
    const packet = packets.next();
    const verdict = oracleDecide(before, packet, context);
    if (oracleDecide(after, packet, context) !== verdict) continue;
    if (verdict === 'accept' && !isHitless) continue;
    const wrong = seen.find((moment) => oracleDecide(moment.rules, packet, context) !== verdict);
    if (wrong !== undefined) throw new Error(complaint(plot, wrong, packet, verdict));
  }
}

function complaint(
  { id, before, after }: Plot,
  { at, rules }: Moment,
  packet: Packet,
  verdict: string,
): string {
  const lines = (name: string, items: readonly Rule[]) => [
    name,
    ...items.map((item) => `  ${policyRule(item)}`),
  ];
  const { peer, own, ...plain } = packet;
  return [
    `${id} ${at}: old and new ${verdict}, but not this state`,
    JSON.stringify({ ...plain, peer: String(peer), own: String(own) }),
    ...lines('old', before),
    ...lines('state', rules),
    ...lines('new', after),
  ].join('\n');
}

const identities = (rules: readonly Rule[]) => rules.map(ruleIdentity).sort();

/** In every other cloud all rules of a group are replaced, and many have no room for old and new ones together. */
const CLOUDS = Array.from({ length: SERVICES }, (_, index) =>
  index % 2 === 0
    ? { seed: index + 1, pair: 'edited' as const, ruleQuota: 1000 }
    : { seed: index + 1, pair: 'replaced' as const, ruleQuota: TIGHT_QUOTA },
);

test.each(CLOUDS)(
  `${GROUPS_EACH} random groups, $pair, stay between old and new after every call (seed $seed)`,
  async ({ seed, pair, ruleQuota }) => {
    const edits = plots(seed, pair);
    const securityGroups = [...NEIGHBOURS.securityGroups, ...edits.map(groupState)];
    const emulator = await startWatchedEmulator({ ...NEIGHBOURS, securityGroups }, { ruleQuota });
    const service = new Service({
      endpoint: emulator.url,
      policies: { 'all.yaml': `version: 1\ngroups:\n${edits.map(groupPolicy).join('')}` },
      reconcile: `resyncSeconds: 3600, concurrency: 16, ruleQuota: ${ruleQuota}`,
    });
    const { log } = service;
    try {
      for (const { id } of edits) await service.converged(id);
    } finally {
      await service.stop();
      await emulator.close();
    }
    const random = new Random(seed);
    for (const plot of edits) {
      const states = emulator.states.get(plot.id) ?? [];
      const plans = log.events.filter(({ event, group }) => event === 'plan.made' && group === plot.id);
      const isHitless = plans.every(({ hitless }) => hitless === true);
      judge(plot, moments(states, random), isHitless, random);
      expect(identities((states.at(-1) ?? []).map(meaningOf)), plot.id).toEqual(identities(plot.after));
      expect(plans.length, plot.id).toBeLessThanOrEqual(1);
      // With room for everything there is no excuse.
      if (pair === 'edited') expect(isHitless, plot.id).toBe(true);
    }
  },
);
