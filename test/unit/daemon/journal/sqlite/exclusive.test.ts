import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdExclusively } from '../../../../../daemon/journal/sqlite/exclusive.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rampart-exclusive-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a lock between processes', () => {
  it('is held over a commit, and free once it is closed', () => {
    const file = join(folder, 'journal.db.lock');
    const lock = holdExclusively(file);
    lock?.exec('PRAGMA user_version = 1');
    lock?.exec('COMMIT');
    expect(holdExclusively(file)).toBeNull();
    lock?.close();
    const next = holdExclusively(file);
    expect(next).not.toBeNull();
    next?.close();
  });
});
