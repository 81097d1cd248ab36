import { expect, it } from 'vitest';
import { chosenRef, otherRefs } from '../../../../../daemon/source/mirror/remote-ref.ts';

const ID = '1'.repeat(40);
const OTHER = '2'.repeat(40);

it('takes the ref of exactly that name, and none that only ends like it', () => {
  const listing = `${OTHER}\trefs/remotes/x/refs/heads/main\n${ID}\trefs/heads/main\n`;
  expect(chosenRef(listing, 'refs/heads/main')).toEqual({
    ok: true,
    value: { id: ID, name: 'refs/heads/main' },
  });
  const gone = chosenRef(`${OTHER}\trefs/remotes/x/refs/heads/main\n`, 'refs/heads/main');
  expect(gone).toEqual({ ok: false, error: 'the remote has no ref refs/heads/main' });
});

it('takes the highest of the tags that fit, and the object of the tag and not what it leads to', () => {
  const listing = [
    `${OTHER}\trefs/tags/v1.2`,
    `${ID}\trefs/tags/v1.10`,
    `${OTHER}\trefs/tags/v1.10^{}`,
    `${OTHER}\trefs/tags/team/v9`,
    `${OTHER}\trefs/tags/x1.11`,
  ].join('\n');
  expect(chosenRef(listing, 'refs/tags/v*')).toEqual({
    ok: true,
    value: { id: ID, name: 'refs/tags/v1.10' },
  });
  expect(chosenRef(listing, 'refs/tags/w*').ok).toBe(false);
});

it('does not get lost in a name that a hostile remote made up for a glob', () => {
  const listing = [
    `${OTHER}\trefs/tags/v${'.1'.repeat(120)}/x`,
    `${OTHER}\trefs/tags/v${'.1'.repeat(20_000)}/x`,
    `${OTHER}\trefs/tags/v${'.9'.repeat(20_000)}`,
    `${ID}\trefs/tags/v1.0.0`,
  ].join('\n');
  expect(chosenRef(listing, 'refs/tags/v*.*.*')).toEqual({
    ok: true,
    value: { id: ID, name: 'refs/tags/v1.0.0' },
  });
});

it('names a ref near the one that is missing, else some that there are', () => {
  const listing = `${ID}\trefs/heads/main\n${ID}\trefs/heads/release\n${ID}\trefs/tags/v1\n`;
  expect(otherRefs(listing, 'refs/heads/mian')).toContain('it has refs/heads/main: is that meant');
  expect(otherRefs(listing, 'refs/heads/production')).toContain(
    'it has refs/heads/main, refs/heads/release:',
  );
  expect(otherRefs(listing, 'refs/tags/release-*')).toContain('it has refs/tags/v1:');
  expect(otherRefs('', 'refs/heads/main')).toContain('is it empty?');
});
