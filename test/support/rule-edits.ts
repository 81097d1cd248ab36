// What a group holds and what its policy wants, drawn together so that most cases are edits as people make them: some
// rules kept, some gone, some with one field changed, some held twice.
import { NO_PORTS } from '../../reconciler/model/ports.ts';
import { hasPorts } from '../../reconciler/model/protocol.ts';
import { makeRule, ruleIdentity, type Rule } from '../../reconciler/model/rule.ts';
import type { Random } from './random.ts';
import {
  distinct,
  NARROW_WORLD,
  peer,
  POLICY_WORLD,
  ports,
  prefix,
  rule,
  WIDE_WORLD,
  type World,
} from './rule-sets.ts';

export interface RuleEdit {
  /** What kind of edit it is, for people. */
  readonly title: string;
  /** May hold one rule several times, as a group may. */
  readonly before: readonly Rule[];
  readonly after: readonly Rule[];
}

type Sides = Pick<RuleEdit, 'before' | 'after'>;

interface Source {
  readonly world: World;
  /** How many of the rules accept, from 0 to 1. */
  readonly accepts: number;
  readonly random: Random;
}

const times = <T>(count: number, item: T): readonly T[] => Array.from({ length: count }, () => item);

/** Many different rules of few kinds, as in a production group. */
const SERVICE_WORLD: World = {
  protocols: [...times(6, 'tcp' as const), 'udp', 'icmp', 'all'],
  ports: ['22', '80', '443', '3306', '5432', '6379', '8080', '8443', '9090', '8000-8100'],
  sourcePorts: [...times(7, null), { first: 1024, last: 65535 }],
  peers: [
    ...Array.from({ length: 40 }, (_, at) => `10.${at % 4}.${at}.7/32`),
    ...Array.from({ length: 12 }, (_, at) => `10.${at % 4}.${at}.0/24`),
    ...['0.0.0.0/0', '10.0.0.0/8', '2001:db8:1::/48', 'sg-a', 'sg-b', 'sg-c', 'pl-a', 'pl-b'],
  ],
  owns: [...times(7, null), '10.1.0.0/16'],
  priorities: [1, 1, 1, 10, 20, 30, 100],
  directions: ['ingress', 'ingress', 'ingress', 'ingress', 'egress'],
  nicTypes: ['intranet'],
};

const WORLDS: ReadonlyArray<readonly [string, World]> = [
  ...times(7, ['wide', POLICY_WORLD] as const),
  ...times(6, ['narrow', NARROW_WORLD] as const),
  ...times(6, ['services', SERVICE_WORLD] as const),
  ['naming itself', WIDE_WORLD],
];

type Field = 'ports' | 'sourcePorts' | 'peer' | 'own' | 'action' | 'priority' | 'protocol';
type Fate = Field | 'kept' | 'removed' | 'added' | 'reworded' | 'split' | 'merged' | 'copied' | 'system';

const FIELDS: readonly Field[] = ['ports', 'sourcePorts', 'peer', 'own', 'action', 'priority', 'protocol'];
const USUAL: readonly Fate[] = [
  ...times(3, 'kept' as const),
  ...times(2, 'removed' as const),
  ...times(2, 'added' as const),
  ...(['reworded', 'copied', 'system'] as const),
  ...FIELDS,
  ...(['ports', 'peer', 'priority'] as const),
];
/** What may become of the rules of one case. */
const KINDS: ReadonlyArray<readonly [string, readonly Fate[]]> = [
  ...times(9, ['edited', USUAL] as const),
  ['edited a little', [...times(40, 'kept' as const), ...USUAL]],
  ['widened and narrowed', ['kept', 'ports', 'peer', 'protocol', 'sourcePorts', 'own']],
  ['turned round', ['action', 'action', 'kept', 'priority']],
  ['with other priorities', ['priority', 'priority', 'split', 'merged', 'kept', 'copied']],
  ...times(2, ['replaced', ['removed', 'added']] as const),
  ['held twice', ['copied', 'copied', 'kept', 'reworded', 'merged', 'removed']],
  ['settled', [...times(6, 'kept' as const), 'reworded']],
  ['filled', ['added']],
  ['emptied', ['removed']],
];

const TEXTS = ['web', 'database', 'ops: vpn', 'ops: bastion', 'added by hand', 'büro \u{1f525}'];

export function drawEdit(random: Random): RuleEdit {
  const [worldName, world] = random.pick(WORLDS);
  const [kind, fates] = random.pick(KINDS);
  const source = { world, accepts: random.pick([0.5, 0.7, 0.97]), random };
  const items = distinct(Array.from({ length: drawSize(fates, random) }, () => drawRule(source)));
  const isRecut = random.chance(0.1);
  const edits = [
    ...items.map((item) => edited(item, random.pick(fates), source)),
    ...(isRecut ? [recut(random)] : []),
  ];
  return {
    title: `${worldName}, ${kind}${isRecut ? ', recut' : ''}`,
    before: random.shuffle(edits.flatMap(({ before }) => before)),
    after: random.shuffle(distinct(edits.flatMap(({ after }) => after))),
  };
}

/** Mostly few rules; some groups need a second batch to be filled or emptied. */
function drawSize(fates: readonly Fate[], random: Random): number {
  const isSimple = fates.length <= 2;
  return random.chance(isSimple ? 0.06 : 0.015) ? 30 + random.below(isSimple ? 151 : 71) : random.below(15);
}

function edited(item: Rule, fate: Fate, source: Source): Sides {
  const { random } = source;
  const text = random.pick([null, random.pick(TEXTS)]);
  const old = { ...item, description: text };
  const wanted = { ...item, description: random.pick([null, null, text, text, random.pick(TEXTS)]) };
  const perhaps = random.chance(0.6) ? [wanted] : [];
  switch (fate) {
    case 'kept':
      return { before: [old], after: [{ ...item, description: random.pick([null, text]) }] };
    case 'removed':
      return { before: [old], after: [] };
    case 'added':
      return { before: [], after: [wanted] };
    case 'reworded':
      return { before: [old], after: [{ ...item, description: random.pick(TEXTS) }] };
    case 'split':
      return { before: [old], after: [wanted, redrawn(wanted, 'priority', source)] };
    case 'merged':
      return { before: [old, redrawn(old, 'priority', source)], after: [wanted] };
    case 'copied':
      return {
        before: [old, { ...item, description: random.pick([text, random.pick(TEXTS)]) }],
        after: perhaps,
      };
    case 'system':
      return { before: [{ ...old, priority: 110 }], after: perhaps };
    default:
      return { before: [old], after: [redrawn(wanted, fate, source)] };
  }
}

/** One block of addresses and ports, cut by ports on one side of the edit and by addresses on the other. */
function recut(random: Random): Sides {
  const parts = random.pick([2, 4]);
  const numbers = Array.from({ length: parts }, (_, at) => at);
  const action = random.pick(['accept', 'accept', 'accept', 'drop'] as const);
  const rows = numbers.map((at) =>
    rule({ action, ports: `${at * 10 + 1}-${at * 10 + 10}`, peer: '10.0.0.0/8' }),
  );
  const columns = numbers.map((at) => {
    const network = `10.${(at * 256) / parts}.0.0/${8 + Math.log2(parts)}`;
    return rule({ action, ports: `1-${parts * 10}`, peer: network });
  });
  return random.chance(0.5) ? { before: rows, after: columns } : { before: columns, after: rows };
}

/** The rule with another value of one field; as it is if no other goes with the rest. */
function redrawn(old: Rule, field: Field, source: Source): Rule {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const other = legal({ ...old, [field]: drawRule(source)[field] });
    if (other !== null && ruleIdentity(other) !== ruleIdentity(old)) return other;
  }
  return old;
}

/** Draws until the fields go together. */
function drawRule({ world, accepts, random }: Source): Rule {
  for (;;) {
    const protocol = random.pick(world.protocols);
    const far = peer(random.pick(world.peers));
    const own = random.pick(world.owns);
    const [drawnPorts, sourcePorts] = [ports(random.pick(world.ports)), random.pick(world.sourcePorts)];
    const drawn = legal({
      direction: random.pick(world.directions),
      protocol,
      ports: hasPorts(protocol) ? drawnPorts : NO_PORTS,
      sourcePorts: hasPorts(protocol) ? sourcePorts : null,
      peer: far.kind === 'group' && random.chance(0.2) ? { ...far, ownerId: '1234567890123456' } : far,
      own: own === null ? null : prefix(own),
      action: random.chance(accepts) ? 'accept' : 'drop',
      priority: random.pick(world.priorities),
      nicType: random.pick(world.nicTypes),
      description: null,
    });
    if (drawn !== null) return drawn;
  }
}

function legal(fields: Rule): Rule | null {
  const made = makeRule(fields, 'desired');
  return made.ok ? made.value : null;
}
