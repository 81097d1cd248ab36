// Rule sets as they are found in the field, and such as an adversary would write, from a seed.
import { NO_PORTS, type Ports } from '../reconciler/model/ports.ts';
import { parsePrefix, type Prefix } from '../reconciler/model/prefix.ts';
import { makeRule, ruleIdentity, type Rule } from '../reconciler/model/rule.ts';
import { Random } from '../test/support/random.ts';

export type Kind = 'realistic' | 'adversarial';

export interface Edit {
  readonly before: readonly Rule[];
  readonly after: readonly Rule[];
}

/** `size` rules, of which `edits` are removed, added or altered; all are replaced if `edits` is `size`. */
export function makeEdit(kind: Kind, size: number, edits: number, seed: number): Edit {
  const random = new Random(seed);
  const draw = kind === 'realistic' ? () => realistic(random) : () => adversarial(random);
  const before = distinct(size, draw, new Set());
  if (edits >= size) return { before, after: distinct(size, draw, new Set(before.map(ruleIdentity))) };
  const taken = new Set(before.map(ruleIdentity));
  const after = [...before];
  for (let edit = 0; edit < edits; edit += 1) {
    const at = random.below(after.length);
    const old = after[at];
    if (old === undefined) continue;
    after[at] = distinct(1, () => altered(old, random, draw), taken)[0] ?? old;
  }
  return { before, after };
}

function distinct(count: number, draw: () => Rule, taken: Set<string>): Rule[] {
  const rules: Rule[] = [];
  while (rules.length < count) {
    const rule = draw();
    const identity = ruleIdentity(rule);
    if (taken.has(identity)) continue;
    taken.add(identity);
    rules.push(rule);
  }
  return rules;
}

const SERVICES = [22, 80, 443, 3306, 5432, 6379, 8080, 8443, 9090, 9200];

/** Whitelists of hosts and networks for known services, some drops, some groups and lists. */
function realistic(random: Random): Rule {
  const isDrop = random.chance(0.12);
  const port = random.pick(SERVICES);
  return build({
    protocol: random.chance(0.9) ? 'tcp' : 'udp',
    ports: random.chance(0.8) ? range(port, port) : range(port, Math.min(65535, port + random.below(200))),
    peer: random.chance(0.1)
      ? { kind: 'group', id: `sg-${random.below(12)}`, ownerId: null }
      : random.chance(0.05)
        ? { kind: 'prefixList', id: `pl-${random.below(6)}` }
        : network(random, random.pick([8, 16, 24, 24, 32, 32, 32, 32])),
    action: isDrop ? 'drop' : 'accept',
    priority: isDrop ? random.pick([1, 1, 5]) : random.pick([1, 1, 1, 10, 50, 100]),
  });
}

/** Random networks, port ranges, priorities and actions: everything overlaps everything. */
function adversarial(random: Random): Rule {
  const first = 1 + random.below(65000);
  return build({
    protocol: 'tcp',
    ports: range(first, first + random.below(65536 - first)),
    peer: network(random, 8 + random.below(21)),
    action: random.chance(0.5) ? 'accept' : 'drop',
    priority: 1 + random.below(100),
  });
}

function altered(old: Rule, random: Random, draw: () => Rule): Rule {
  const other = draw();
  const field = random.pick(['ports', 'peer', 'action', 'priority', 'all'] as const);
  return field === 'all' ? other : build({ ...old, [field]: other[field] });
}

function build(fields: Pick<Rule, 'protocol' | 'ports' | 'peer' | 'action' | 'priority'>): Rule {
  const made = makeRule(
    {
      ...fields,
      ports: fields.protocol === 'all' ? NO_PORTS : fields.ports,
      direction: 'ingress',
      sourcePorts: null,
      own: null,
      nicType: 'intranet',
      description: null,
    },
    'described',
  );
  if (!made.ok) throw new Error(JSON.stringify(made.error));
  return made.value;
}

const range = (first: number, last: number): Ports => ({ kind: 'range', first, last });

/** A network inside 10.0.0.0/8 or 172.16.0.0/12, so that many of them nest. */
function network(random: Random, length: number): Prefix {
  const octets = [random.pick([10, 172]), random.below(64), random.below(256), random.below(256)];
  const parsed = parsePrefix(`${octets.join('.')}/${length}`, 'mask');
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}
