// The packages that come with Rampart when it is installed without what only its development needs.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { ShippedPackage } from './licences.ts';

const lockSchema = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      license: z.string().optional(),
      dev: z.boolean().optional(),
      link: z.boolean().optional(),
    }),
  ),
});

/** Old packages have an object here, which counts as no SPDX expression. */
const manifestSchema = z.object({ license: z.unknown().optional() });

/**
 * Reads package-lock.json of a folder and the package.json of every package that is installed below it. One that is not,
 * because it is for another system, is taken as the lock file has it. Throws if the lock file is of another form.
 */
export function shippedPackages(root: string): ShippedPackage[] {
  const lock = lockSchema.parse(JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')));
  return Object.entries(lock.packages)
    .filter(([place, { dev, link }]) => place !== '' && dev !== true && link !== true)
    .map(([place, { version = '?', license }]) => ({
      name: place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
      licence: installedLicence(path.join(root, place, 'package.json'), license ?? null),
    }));
}

function installedLicence(manifest: string, locked: string | null): string | null {
  if (!existsSync(manifest)) return locked;
  const { license } = manifestSchema.parse(JSON.parse(readFileSync(manifest, 'utf8')));
  if (license === undefined) return null;
  return typeof license === 'string' ? license : JSON.stringify(license);
}
