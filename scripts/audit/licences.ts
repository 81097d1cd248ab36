// Under which licences Rampart may ship what it depends on, and which packages stand under another one.
import parseLicence from 'spdx-expression-parse';

/** By their SPDX ids: permissive ones, which ask for no more than that their text is passed on. */
export const ALLOWED_LICENCES: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
]);

/** A package of the tree, as its lock file and its own package.json describe it. */
export interface ShippedPackage {
  readonly name: string;
  readonly version: string;
  /** As written; null: nothing is. */
  readonly licence: string | null;
}

/** One sentence for each package whose licence is unknown or not allowed, with what to do. */
export function licenceProblems(packages: readonly ShippedPackage[]): string[] {
  return packages.flatMap(({ name, version, licence }) => {
    const problem = problemOf(licence);
    return problem === null ? [] : [`${name} ${version}: ${problem}`];
  });
}

function problemOf(licence: string | null): string | null {
  if (licence === null) return 'its package.json names no licence; read its files, and use another package';
  const parsed = read(licence);
  if (parsed === null) return `"${licence}" is no SPDX expression; read its files, and use another package`;
  return isAllowed(parsed)
    ? null
    : `${licence} is not among ALLOWED_LICENCES of scripts/audit/licences.ts; use another package, or add it there`;
}

type Parsed = parseLicence.Info;

function read(text: string): Parsed | null {
  try {
    return parseLicence(text);
  } catch {
    return null;
  }
}

/** Of a choice one side must be allowed, of a sum both; an exception or "or later" is another licence. */
function isAllowed(parsed: Parsed): boolean {
  if (!('conjunction' in parsed)) {
    const isPlain = parsed.plus === undefined && parsed.exception === undefined;
    return isPlain && ALLOWED_LICENCES.has(parsed.license);
  }
  const [left, right] = [isAllowed(parsed.left), isAllowed(parsed.right)];
  return parsed.conjunction === 'or' ? left || right : left && right;
}
