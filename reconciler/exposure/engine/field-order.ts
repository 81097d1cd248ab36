// In which order a sweep asks for the fields. Every order gives an exact answer, but what has to be looked at below a
// value is all that meets there, so the cost hangs on the order.
import type { AtomRange } from './axis.ts';
import { FIELDS, type Field } from './rule-boxes.ts';

/** Up to so many looks at rules, the order that reads best is taken: services first. */
const MAX_LOOKS_TO_READ_WELL = 50_000;

/** The atoms that a box covers in each field. */
export type FieldAtoms = Readonly<Record<Field, AtomRange>>;

/** Puts the fields in an order, given what the boxes cover. */
export type FieldOrder = (boxes: readonly FieldAtoms[]) => readonly Field[];

/** For answers that are counted: what is exposed at a service, by the addresses of its peers. */
export const servicesBeforePeers: FieldOrder = () => FIELDS;

/**
 * `FIELDS`, unless ports are so wide that each meets hundreds of others, and peers are not: then the fields by how
 * often a rule is looked at in a sweep of the field alone, the fewest first.
 */
export function fieldOrder(boxes: readonly FieldAtoms[]): readonly Field[] {
  const looks = new Map(FIELDS.map((field) => [field, looksAt(boxes, field)]));
  const looksOf = (field: Field): number => looks.get(field) ?? 0;
  if (looksOf('port') <= Math.max(MAX_LOOKS_TO_READ_WELL, looksOf('peer'))) return FIELDS;
  return [...FIELDS].sort((a, b) => looksOf(a) - looksOf(b));
}

/** A sweep looks at each box once in each of its atoms. */
function looksAt(boxes: readonly FieldAtoms[], field: Field): number {
  let looks = 0;
  for (const { [field]: atoms } of boxes) looks += atoms.hi - atoms.lo + 1;
  return looks;
}
