// The text of reconciler/model/packets/internet.ts, from the registries' rows in special-purpose.json.
import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import {
  addressBits,
  formatPrefix,
  lastAddress,
  parsePrefix,
  prefixContains,
  type Family,
  type Prefix,
} from '../../reconciler/model/prefix.ts';

export const INTERNET_FILE = new URL('../../reconciler/model/packets/internet.ts', import.meta.url).pathname;

const REGISTRY = new URL('special-purpose.json', import.meta.url).pathname;

const registrySchema = z.object({
  asOf: z.string(),
  space: z.array(z.string()),
  rows: z.array(z.object({ prefix: z.string(), reachable: z.boolean().nullable() })),
  countedAll: z.object({ prefixes: z.array(z.string()) }),
});

/** The whole file, as prettier would have it. */
export async function internetSource(): Promise<string> {
  const registry = registrySchema.parse(JSON.parse(readFileSync(REGISTRY, 'utf8')));
  const counted = new Set(registry.countedAll.prefixes);
  const rows = registry.rows.map(({ prefix, reachable }) => ({
    prefix: read(prefix),
    isInternet: reachable !== false || counted.has(prefix),
  }));
  const space = registry.space.map(read);
  const written = (family: Family): string =>
    space
      .filter(({ kind }) => kind === family)
      .flatMap((prefix) => kept(prefix, rows))
      .sort((a, b) => (a.address < b.address ? -1 : 1))
      .map((prefix) => literal(prefix))
      .join(',');
  const options = await resolveConfig(INTERNET_FILE);
  const text =
    HEAD +
    `export const INTERNET: Readonly<Record<Family, readonly Prefix[]>> = {
    ipv4: [${written('ipv4')}],
    ipv6: [${written('ipv6')}],
  };`;
  return format(text, { ...options, parser: 'typescript' });
}

const HEAD = `// What the built-in name \`internet\` stands for: all addresses that are reachable from everywhere. Made by
// scripts/write-internet.ts (\`npm run internet\`) from scripts/internet/special-purpose.json; do not edit.
import type { Family, Prefix } from '../prefix.ts';

/** Prefix lengths: as many exposed addresses of \`internet\` are tolerated as prefixes of these lengths hold. */
export const DEFAULT_TOLERANCE: Readonly<Record<Family, number>> = { ipv4: 16, ipv6: 32 };

/** Disjoint, ascending. */
`;

interface Row {
  readonly prefix: Prefix;
  readonly isInternet: boolean;
}

/** What is left of a prefix, halved as long as rows inside it say otherwise than what holds around them. */
function kept(prefix: Prefix, rows: readonly Row[]): Prefix[] {
  const inside = rows.filter(
    (row) => row.prefix.length > prefix.length && prefixContains(prefix, row.prefix),
  );
  if (inside.length === 0) return isInternet(prefix, rows) ? [prefix] : [];
  const halves = halvesOf(prefix).flatMap((half) => kept(half, rows));
  const size = halves.reduce((sum, half) => sum + (lastAddress(half) - half.address + 1n), 0n);
  return size === lastAddress(prefix) - prefix.address + 1n ? [prefix] : halves;
}

/** By the longest row that holds the prefix. */
function isInternet(prefix: Prefix, rows: readonly Row[]): boolean {
  const around = rows.filter((row) => prefixContains(row.prefix, prefix));
  return around.sort((a, b) => b.prefix.length - a.prefix.length)[0]?.isInternet ?? true;
}

function halvesOf({ kind, address, length }: Prefix): Prefix[] {
  const upper = address | (1n << BigInt(addressBits(kind) - length - 1));
  return [
    { kind, address, length: length + 1 },
    { kind, address: upper, length: length + 1 },
  ];
}

function read(text: string): Prefix {
  const parsed = parsePrefix(text, 'refuse');
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}

const literal = (prefix: Prefix): string =>
  `/* ${formatPrefix(prefix)} */ { kind: '${prefix.kind}', address: 0x${prefix.address.toString(16)}n, length: ${prefix.length} }`;
