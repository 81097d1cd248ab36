// The operator's page and the code must tell the same story: names, levels and fields of all events.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CATALOG } from '../../../../daemon/telemetry/catalog.ts';
import type { EventName } from '../../../../daemon/telemetry/events.ts';
import {
  COMMON,
  EVENT_NAMES,
  HELD_COMMIT,
  HELD_GROUP,
  NO_ONE_FOUND,
  SAMPLE_EVENTS,
} from '../../../support/sample-events.ts';

const page = readFileSync('docs/log-events.md', 'utf8');

interface Entry {
  name: string;
  level: string;
  fields: string[];
  text: string;
}

function entries(): Entry[] {
  return page
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const [, name = '', level = ''] = /^`([^`]+)` \((\w+)\)\n/.exec(section) ?? [];
      const [, list = ''] = /^Fields: (.*)$/m.exec(section) ?? [];
      return {
        name,
        level,
        fields: [...list.matchAll(/`(\w+)`/g)].map(([, field = '']) => field),
        text: section,
      };
    });
}

/** Of events that have two. */
const OTHER_FORMS: Partial<Record<EventName, readonly object[]>> = {
  'policies.held': [HELD_GROUP, HELD_COMMIT],
  'drift.attributed': [NO_ONE_FOUND],
};

const sorted = (list: Iterable<string>) => [...list].sort();

describe('docs/log-events.md', () => {
  it('lists every event of the code once, and no other', () => {
    expect(sorted(entries().map(({ name }) => name))).toEqual(sorted(EVENT_NAMES));
  });

  it.each(EVENT_NAMES)('tells the level and the fields of %s, and what an operator does', (event) => {
    const entry = entries().find(({ name }) => name === event);
    const samples = [SAMPLE_EVENTS[event], ...(OTHER_FORMS[event] ?? [])];
    const own = new Set(samples.flatMap(Object.keys).filter((field) => !(field in COMMON)));
    expect(entry?.level).toBe(CATALOG[event].level);
    expect(sorted(entry?.fields ?? [])).toEqual(sorted(own));
    expect(entry?.text).toMatch(/\n\n\S[^\n]+\n\nOperator: \S/);
  });

  it('explains every common field', () => {
    const table = [...page.matchAll(/^\| `(\w+)` +\|/gm)].map(([, field = '']) => field);
    expect(sorted(table)).toEqual(sorted(Object.keys(COMMON)));
  });
});
