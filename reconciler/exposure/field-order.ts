// In which order a sweep asks for the fields. Every order gives an exact answer, but what has to be looked at below a
// value is all that meets there, so the cost hangs on the order.
import type { Axis } from './axis.ts';
import { FIELDS, type Field, type FieldBox } from './rule-boxes.ts';

/** Up to so many looks at rules, the order that reads best is taken: services first. */
const MAX_LOOKS_TO_READ_WELL = 50_000;

/**
 * `FIELDS`, unless ports are so wide that each meets hundreds of others, and peers are not: then the fields by how
 * often a rule is looked at in a sweep of the field alone, the fewest first.
 */
export function fieldOrder(
  boxes: readonly FieldBox[],
  axes: Readonly<Record<Field, Axis>>,
): readonly Field[] {
  const looks = new Map(FIELDS.map((field) => [field, looksAt(boxes, field, axes[field])]));
  const looksOf = (field: Field): number => looks.get(field) ?? 0;
  if (looksOf('port') <= Math.max(MAX_LOOKS_TO_READ_WELL, looksOf('peer'))) return FIELDS;
  return [...FIELDS].sort((a, b) => looksOf(a) - looksOf(b));
}

/** A sweep looks at each box once in each of its atoms. */
function looksAt(boxes: readonly FieldBox[], field: Field, axis: Axis): number {
  let looks = 0;
  for (const { spans } of boxes) {
    const span = spans[field];
    if (span === undefined) looks += axis.size;
    else {
      const { lo, hi } = axis.atomsOf(span);
      looks += hi - lo + 1;
    }
  }
  return looks;
}
