// config.example.yaml is documentation: what it says of keys and defaults is held against the schema.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isMap, isScalar, parseDocument, visit, type Pair } from 'yaml';
import { z } from 'zod';
import { configJsonSchema } from '../../../../daemon/config/schema.ts';
import { loadConfig } from '../../../../daemon/config/load.ts';
import { quirksSchema } from '../../../../daemon/config/quirks-schema.ts';
import { configSchema } from '../../../../daemon/config/schema.ts';
import { DEFAULT_QUIRKS } from '../../../../emulator/quirks.ts';
import { parseQuirks } from '../../../../emulator/admin/quirks-input.ts';

const EXAMPLE = 'config.example.yaml';
/** All that a config must say. */
const REQUIRED = { reconcile: { mode: 'enforce' } };
const text = readFileSync(EXAMPLE, 'utf8');
const document = parseDocument(text);

const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);

/** The keys whose line ends in `# default`. */
function markedPaths(): string[][] {
  const paths: string[][] = [];
  visit(document, {
    Pair: (_, pair, ancestors) => {
      const comment = isScalar(pair.value) || isMap(pair.value) ? pair.value.comment : null;
      const ends = comment ?? (pair.value as { comment?: string } | null)?.comment;
      if (ends?.trim() === 'default') {
        const keys = [...ancestors.filter((each): each is Pair => 'key' in each), pair];
        paths.push(keys.map(({ key }) => String(key)));
      }
    },
  });
  return paths;
}

describe(EXAMPLE, () => {
  it('loads', () => {
    expect(loadConfig(EXAMPLE)).toMatchObject({
      ok: true,
      value: {
        accounts: { default: { credentials: { type: 'emulator' }, endpoint: { kind: 'embedded' } } },
        reconcile: { resyncSeconds: 5 },
        http: { listen: { host: '127.0.0.1', port: 8481 } },
        emulator: {
          listen: { host: '127.0.0.1', port: 8480 },
          state: 'emulator/example-state.json',
          seed: 1,
        },
      },
    });
  });

  it('says `default` of what is the default', () => {
    const marked = markedPaths();
    expect(marked).toHaveLength([...text.matchAll(/# default$/gm)].length);
    const defaults = configSchema.parse(REQUIRED);
    const example = configSchema.parse(document.toJS());
    for (const path of marked) expect([path, at(example, path)]).toEqual([path, at(defaults, path)]);
  });

  it('marks every default but those it names in words', () => {
    const example = configSchema.parse(document.toJS());
    const { reconcile, journal, emulator } = configSchema.parse(REQUIRED);
    expect(text).toContain(`Default: ${reconcile.resyncSeconds}.`);
    expect(text).toContain(`Default: ${journal.url}`);
    expect(text).toContain(`Default: ${emulator.listen.host}:${emulator.listen.port}`);
    expect(example.reconcile.resyncSeconds).not.toBe(reconcile.resyncSeconds);
  });

  it('has every key', () => {
    const { properties } = configJsonSchema() as { properties: Record<string, Section> };
    for (const [section, { properties: keys = {} }] of Object.entries(properties)) {
      expect(document.has(section), section).toBe(true);
      if (section === 'limits') continue;
      const present = Object.keys(keys).filter((key) => !('not' in (keys[key] ?? {})));
      for (const key of present) expect(document.hasIn([section, key]), `${section}.${key}`).toBe(true);
    }
  });
});

interface Section {
  readonly properties?: Readonly<Record<string, object>>;
}

describe('config.schema.json', () => {
  it('is what `npm run schema` writes', () => {
    expect(JSON.parse(readFileSync('config.schema.json', 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(configJsonSchema())),
    );
  });
});

describe('quirks', () => {
  it('are the quirks of the emulator', () => {
    expect(Object.keys(quirksSchema.shape)).toEqual(Object.keys(DEFAULT_QUIRKS));
    expect(quirksSchema.parse(DEFAULT_QUIRKS)).toEqual(DEFAULT_QUIRKS);
  });

  it('take the values that the emulator takes', () => {
    const enums = quirkEnums();
    expect(enums.length).toBeGreaterThan(5);
    for (const [name, allowed] of enums) {
      for (const value of allowed) expect(parseQuirks({ [name]: value })).toMatchObject({ [name]: value });
    }
  });
});

/** The quirks that are one of some words, and the words. */
function quirkEnums(): Array<[name: string, allowed: readonly string[]]> {
  return Object.entries(quirksSchema.shape).flatMap(([name, quirk]) => {
    const inner: unknown = quirk.unwrap();
    return inner instanceof z.ZodEnum ? [[name, inner.options as string[]]] : [];
  });
}
