// Of a rule that is wrong in one way, one thing is said, though its keys and values are refused one by one.
import { hasPorts, parsePolicyProtocol } from '../../../model/protocol.ts';
import { DIRECTIONS, type Direction } from '../../../model/rule.ts';
import { cureText, quote } from '../../read/complaint.ts';
import type { Path } from '../../read/reporter.ts';
import { field, listOf } from '../parts.ts';
import type { PlacedComplaint } from '../shape-complaints.ts';
import { OWN_KEY, PEER_KEY } from '../side-keys.ts';
import { flowText } from './flow-text.ts';
import { foreignRule } from './foreign-rule.ts';

interface RulePlace {
  readonly rule: unknown;
  readonly direction: Direction;
  readonly path: Path;
}

/** The complaints about a document, with those about each rule settled; in their order. */
export function settleRules(value: unknown, complaints: readonly PlacedComplaint[]): PlacedComplaint[] {
  const settled = new Set<string>();
  return complaints.flatMap((complaint) => {
    const place = rulePlace(value, complaint.path);
    if (place === null) return [complaint];
    const key = place.path.join('/');
    if (settled.has(key)) return [];
    settled.add(key);
    const within = complaints.filter(({ path }) => place.path.every((step, at) => path[at] === step));
    return settleRule(place, within);
  });
}

/** Null for what is not in a rule. */
function rulePlace(value: unknown, path: Path): RulePlace | null {
  const [groups, group, key, index] = path;
  const direction = DIRECTIONS.find((each) => each === key);
  if (groups !== 'groups' || typeof group !== 'number' || direction === undefined) return null;
  if (typeof index !== 'number') return null;
  const rule = listOf(field(listOf(field(value, 'groups'))[group], direction))[index];
  return { rule, direction, path: path.slice(0, 4) };
}

function settleRule(place: RulePlace, complaints: readonly PlacedComplaint[]): readonly PlacedComplaint[] {
  const foreign = foreignRule(place.rule, place.direction);
  if (foreign !== null) return [{ path: place.path, part: 'value', ...foreign }];
  return settlePorts(place, settleSides(place, complaints));
}

/** `from` in egress is the own side: who has no `to` meant the far one. */
function settleSides(
  { rule, direction, path }: RulePlace,
  complaints: readonly PlacedComplaint[],
): readonly PlacedComplaint[] {
  const [far, own] = [PEER_KEY[direction], OWN_KEY[direction]];
  const written = field(rule, own);
  const isSwapped = field(rule, far) === undefined && written !== undefined;
  if (!isSwapped) return complaints;
  const isAboutSides = ({ path: at, code }: PlacedComplaint): boolean =>
    at[4] === own || (at.length === 4 && code === 'missing-key');
  const message = `in ${direction} the far side is ${quote(far)}, and ${quote(own)} is the group's own`;
  const hint = cureText('write', `${far}: ${flowText(written)}`, `write ${far} instead of ${own}`);
  const swapped: PlacedComplaint = {
    path: [...path, own],
    part: 'key',
    code: 'swapped-sides',
    message,
    hint,
  };
  return [...complaints.filter((each) => !isAboutSides(each)), swapped];
}

/** Whatever is wrong with ports that should not be there is no news. */
function settlePorts(
  { rule }: RulePlace,
  complaints: readonly PlacedComplaint[],
): readonly PlacedComplaint[] {
  const written = field(rule, 'protocol');
  const protocol = typeof written === 'string' ? parsePolicyProtocol(written) : null;
  const first = complaints.find(({ path: at }) => at[4] === 'ports');
  if (protocol === null || hasPorts(protocol) || first === undefined) return complaints;
  const message = `${protocol} has no ports`;
  const hint = 'remove `ports`, or name tcp or udp';
  const settled: PlacedComplaint = { ...first, code: 'ports-not-allowed', message, hint };
  return complaints.flatMap((each) => (each === first ? [settled] : each.path[4] === 'ports' ? [] : [each]));
}
