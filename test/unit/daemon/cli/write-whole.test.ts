import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeWhole } from '../../../../daemon/cli/write-whole.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rampart-whole-'));
});

afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

it('makes the file and leaves nothing beside it', () => {
  const file = path.join(folder, 'sg-a.yaml');
  expect(writeWhole(file, 'text\n')).toBeNull();
  expect(readFileSync(file, 'utf8')).toBe('text\n');
  expect(readdirSync(folder)).toEqual(['sg-a.yaml']);
});

it('replaces no file', () => {
  const file = path.join(folder, 'sg-a.yaml');
  writeFileSync(file, 'mine');
  expect(writeWhole(file, 'text\n')).toContain('is there already');
  expect(readFileSync(file, 'utf8')).toBe('mine');
  expect(readdirSync(folder)).toEqual(['sg-a.yaml']);
});

it('says why a file cannot be made', () => {
  expect(writeWhole(path.join(folder, 'no', 'sg-a.yaml'), 'x')).toContain('ENOENT');
});
