// A config that is not where it was looked for: what lies near may be the one that was meant.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { nearestWord } from '../../reconciler/policy/schema/suggest.ts';

/** Names by which configs go, in the order in which they are more likely meant. */
const USUAL_NAMES: readonly string[] = [
  'config.yaml',
  'config.yml',
  'rampart.yaml',
  'rampart.yml',
  'config.example.yaml',
];

/** Paths as one would write them after `--config`, likely ones first; none if nothing like a config lies there. */
export function configsNear(file: string): string[] {
  const folder = path.dirname(file);
  const wanted = path.basename(file);
  const names = yamlFilesIn(folder);
  const usual = USUAL_NAMES.filter((name) => names.includes(name));
  const slip = nearestWord(wanted, names);
  const found = [...(slip === null ? [] : [slip]), ...usual];
  const above = path.join(folder, '..', wanted);
  return [
    ...[...new Set(found)].filter((name) => name !== wanted).map((name) => path.join(folder, name)),
    ...(existsSync(above) ? [above] : []),
  ];
}

function yamlFilesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && /\.ya?ml$/i.test(entry.name))
      .map(({ name }) => name)
      .sort();
  } catch {
    return [];
  }
}
