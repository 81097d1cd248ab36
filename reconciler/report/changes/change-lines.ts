// The changes of a group in lines as few as tell them all: each rule that changes is in exactly one line, with those
// that the same rule of the policy causes and that fare alike.
import type { ExposureEffect } from '../../exposure/ask/effects.ts';
import type { Box } from '../../exposure/text/box.ts';
import { groupBy } from '../../model/collections.ts';
import { formatPeer } from '../../model/peer.ts';
import type { SourcePlace } from '../../model/problem.ts';
import { DIRECTIONS, fieldText, type RuleField } from '../../model/rule.ts';
import { internetBoxes } from './internet.ts';
import { ruleChanges, type ChangeSign, type ComparedRules, type ToldRule } from './rule-change.ts';

export interface ChangeLine {
  readonly sign: ChangeSign;
  readonly opens: boolean;
  readonly closes: boolean;
  /** False: no more than the line says opens or closes, and maybe less. */
  readonly exact: boolean;
  /** False: perhaps nothing opens or closes at all. */
  readonly isSure: boolean;
  /** What of the internet it opens and closes; none where it is no exposure to the internet. */
  readonly internet: { readonly opened: readonly Box[]; readonly closed: readonly Box[] };
  /** Of one direction, alike but for service and peer: each of the services with each of the peers. */
  readonly changes: readonly ToldRule[];
}

/** Lines of one rule of a policy, or of rules that no policy declares and that have the same text. */
export interface ChangeBlock {
  /** Null: no policy declares the rules. */
  readonly source: SourcePlace | null;
  readonly name: string | null;
  /** Of rules that no policy declares. */
  readonly description: string | null;
  readonly lines: readonly ChangeLine[];
}

/** What exposes to the internet first, then what no longer does, then what opens, then what closes. */
export function changeBlocks(compared: ComparedRules): ChangeBlock[] {
  return [...groupBy(ruleChanges(compared), causeKey).values()]
    .map(changeBlock)
    .sort((a, b) => rankOfBlock(a) - rankOfBlock(b));
}

/** Rules of the cloud that no policy declares are told apart by their texts. */
function causeKey({ desired, rule }: ToldRule): string {
  if (desired === null) return JSON.stringify([rule.description]);
  const { file, line, column } = desired.source;
  return JSON.stringify([file, line, column]);
}

function changeBlock(changes: readonly ToldRule[]): ChangeBlock {
  const [first] = changes;
  const desired = first?.desired ?? null;
  const lines = [...groupBy(changes, frameOf).values()].flatMap(foldedLines);
  return {
    source: desired?.source ?? null,
    name: desired?.name ?? null,
    description: desired === null ? (first?.rule.description ?? null) : null,
    lines: lines.sort((a, b) => rankOfLine(a) - rankOfLine(b)),
  };
}

const rankOfBlock = ({ lines }: ChangeBlock): number => Math.min(...lines.map(rankOfLine));

function rankOfLine({ internet, opens, closes }: ChangeLine): number {
  if (internet.opened.length > 0) return 0;
  if (internet.closed.length > 0) return 1;
  if (opens) return 2;
  return closes ? 3 : 4;
}

/** In what a line's rules may differ, unless that is what changes. */
const FOLDED: readonly RuleField[] = ['protocol', 'ports', 'peer', 'description'];
const KEPT: readonly RuleField[] = ['sourcePorts', 'own', 'action', 'priority', 'nicType'];

/** Equal for changes that may share a line. */
function frameOf({ sign, rule, from, fields, effects }: ToldRule): string {
  const changed = FOLDED.filter((field) => fields.includes(field));
  return JSON.stringify([
    ...[sign, DIRECTIONS.indexOf(rule.direction), rule.unknown ?? null],
    effects.map(({ effect, change, whole, boxes, example }) => [
      ...[effect, change, whole, example === null],
      internetBoxes(boxes).length > 0,
    ]),
    KEPT.map((field) => [fieldText(rule, field), from === null ? null : fieldText(from, field)]),
    // What is folded where it stays is told where it changes.
    changed.map((field) => [field, fieldText(rule, field), from === null ? null : fieldText(from, field)]),
    // Of a change that is not all of its rule, the ports are needed to say what is left.
    fields.join(),
  ]);
}

/** One for each set of peers: all services that have just these. */
function foldedLines(changes: readonly ToldRule[]): ChangeLine[] {
  const byService = [...groupBy(changes, serviceKey).values()].map((alike) => ({
    peers: alike.map(peerKey).sort().join(),
    alike,
  }));
  return [...groupBy(byService, ({ peers }) => peers).values()].map((same) =>
    lineOf(same.flatMap(({ alike }) => alike)),
  );
}

export const serviceKey = ({ rule, desired }: ToldRule): string =>
  JSON.stringify([rule.protocol, fieldText(rule, 'ports'), desired?.words?.service?.name ?? null]);

export const peerKey = ({ rule, desired }: ToldRule): string =>
  JSON.stringify([rule.peer.kind, formatPeer(rule.peer), desired?.words?.network?.name ?? null]);

function lineOf(changes: readonly ToldRule[]): ChangeLine {
  const effects = changes.flatMap((change) => change.effects);
  const boxesOf = (wanted: 'opens' | 'closes'): Box[] =>
    effects.flatMap(({ effect, boxes }) => (effect === wanted ? internetBoxes(boxes) : []));
  return {
    sign: changes[0]?.sign ?? '=',
    opens: effects.some(({ effect }) => effect === 'opens'),
    closes: effects.some(({ effect }) => effect === 'closes'),
    exact: effects.every(({ whole }) => whole) || onlyBox(changes) !== null,
    isSure: effects.every(isSureEffect),
    internet: { opened: boxesOf('opens'), closed: boxesOf('closes') },
    changes,
  };
}

/** An effect that could not be worked out has no example. */
export const isSureEffect = ({ example }: ExposureEffect): boolean => example !== null;

/** What opens or closes by one rule, where that is one box and so can be told instead of the rule; else null. */
export function onlyBox(changes: readonly ToldRule[]): Box | null {
  const [change, ...otherChanges] = changes;
  const [effect, ...otherEffects] = change?.effects ?? [];
  if (effect === undefined || otherChanges.length + otherEffects.length > 0) return null;
  const [box, ...otherBoxes] = effect.boxes;
  return !isSureEffect(effect) || effect.whole || otherBoxes.length > 0 ? null : (box ?? null);
}
