// docs/emulator.md against the code: what it lists exists, and what exists is listed.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ACTIONS } from '../../../emulator/actions/table.ts';
import { DEFAULT_QUIRKS } from '../../../emulator/quirks.ts';
import { parseState } from '../../../emulator/admin/state-file.ts';

const manual = readFileSync(new URL('../../../docs/emulator.md', import.meta.url), 'utf8');

it.each([...ACTIONS.keys()])('names the action %s', (action) => {
  expect(manual).toContain(`\`${action}\``);
});

describe('quirks', () => {
  const rows = [...manual.matchAll(/^\| `(\w+)`\s+\| (\S.*?)\s+\| /gm)].map(
    (match) => [match[1], match[2]] as const,
  );
  it.each(Object.entries(DEFAULT_QUIRKS))('%s is there with its default', (name, value) => {
    const values = rows.find(([quirk]) => quirk === name)?.[1] ?? 'no row';
    const first = values.split(', ')[0]?.replaceAll('`', '');
    expect(first).toBe(typeof value === 'object' ? JSON.stringify(value) : String(value));
  });
});

describe('shows state files that can be read', () => {
  const [, section = ''] = /\n## State file\n(.*?)\n## /s.exec(manual) ?? [];
  const [smallest, larger] = [...section.matchAll(/```json\n(.*?)```/gs)].map(([, json = '']) =>
    parseState(JSON.parse(json)),
  );

  it('shows the smallest state file, and what it becomes', () => {
    expect(smallest?.securityGroups).toMatchObject([
      { SecurityGroupId: 'sg-1', RegionId: 'cn-hangzhou', Permissions: [{ SecurityGroupRuleId: 'sgr-1-1' }] },
    ]);
  });

  it('shows a state file with lists', () => {
    expect(larger?.securityGroups[0]?.Permissions[0]?.SecurityGroupRuleId).toBe('sgr-bp1web-1');
    expect([larger?.prefixLists.length, larger?.portRangeLists.length]).toEqual([1, 1]);
  });
});
