import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parsePolicyFile } from '../../../../../reconciler/policy/read/file.ts';
import { policyJsonSchema } from '../../../../../reconciler/policy/schema/schema.ts';
import { fitsSchema } from '../../../../support/json-schema.ts';

const FOLDER = new URL('../../../../../policies/', import.meta.url);
const committed = JSON.parse(readFileSync(new URL('schema.json', FOLDER), 'utf8')) as Record<string, unknown>;

/** Every object in a JSON document, with the keys that lead to it. */
function* objectsIn(value: unknown, path: string[] = []): Generator<[string[], Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [path, value as Record<string, unknown>];
  for (const [key, inner] of Object.entries(value)) yield* objectsIn(inner, [...path, key]);
}

describe('policies/schema.json', () => {
  it('is current: `npm run schema` would change nothing', () => {
    expect(committed).toEqual(policyJsonSchema());
  });

  it('describes every key', () => {
    const silent = [...objectsIn(committed)]
      .filter(([path]) => path.at(-2) === 'properties')
      .filter(([, schema]) => typeof schema.description !== 'string')
      .map(([path]) => path.join('.'));
    expect(silent).toEqual([]);
  });

  it('closes every mapping whose keys are fixed', () => {
    const open = [...objectsIn(committed)]
      .filter(([, schema]) => typeof schema.properties === 'object' && schema.additionalProperties !== false)
      .map(([path]) => path.join('.'));
    expect(open).toEqual([]);
  });

  it('holds patterns that every editor can read, and examples that fit them', () => {
    let patterns = 0;
    for (const [, { pattern, examples }] of objectsIn(committed)) {
      if (typeof pattern !== 'string') continue;
      patterns += 1;
      const misfits = Array.isArray(examples)
        ? examples.filter((each) => !new RegExp(pattern).test(String(each)))
        : [];
      expect(misfits).toEqual([]);
    }
    expect(patterns).toBeGreaterThan(5);
  });

  it.each(readdirSync(FOLDER).filter((name) => name.endsWith('.yaml')))('accepts the example %s', (name) => {
    const text = readFileSync(new URL(name, FOLDER), 'utf8');
    expect(fitsSchema(committed, parse(text))).toBe(true);
    expect(text.startsWith('# yaml-language-server: $schema=./schema.json\n')).toBe(true);
  });

  it.each([
    ['a missing version', 'groups: []'],
    ['an unknown key', 'version: 1\nrules: []'],
    ['an unknown mode', 'version: 1\ngroups: [{id: sg-a, region: cn-a, mode: x, ingress: []}]'],
    ['two selectors', 'version: 1\ngroups: [{id: sg-a, name: web, region: cn-a, ingress: []}]'],
    ['no direction', 'version: 1\ngroups: [{id: sg-a, region: cn-a}]'],
    ['an unknown ownership', 'version: 1\ngroups: [{id: sg-a, region: cn-a, ownership: ours, ingress: []}]'],
    [
      'neither protocol nor services',
      'version: 1\ngroups: [{id: sg-a, region: cn-a, ingress: [{from: sg-b}]}]',
    ],
    [
      'a priority out of range',
      'version: 1\ngroups: [{id: sg-a, region: cn-a, ingress: [{protocol: all, from: sg-b, priority: 101}]}]',
    ],
    ['a network with the name of an id', 'version: 1\nnetworks: {sg-a: sg-b}'],
    [
      'an unquoted account id',
      'version: 1\ngroups: [{id: sg-a, region: cn-a, ingress: [{protocol: all, from: {group: sg-b, ownerId: 1}}]}]',
    ],
  ])('refuses %s, as the compiler does', (_name, text) => {
    expect(fitsSchema(committed, parse(text))).toBe(false);
    expect(parsePolicyFile({ path: 'a.yaml', text }).problems).not.toEqual([]);
  });
});
