import { describe, expect, it } from 'vitest';
import { knownPeople } from '../../../../../../daemon/source/verify/people/people.ts';

const FINGERPRINT = 'C937138D96E8DF7AC7D9DE7D3FC86EBB5A5D01D3';
const signer = (...names: readonly string[]) => ({ keys: [], names });
/** Of a key of its own. */
const line = (...principals: readonly string[]) => ({
  principals,
  isAuthority: false,
  fingerprint: `SHA256:${principals.join()}`,
});

describe('people', () => {
  it('are one by the names of a line, over several lines and letter cases', () => {
    const people = knownPeople([], [line('alice', 'a@x.org'), line('A@X.org', 'a@y.org'), line('bob')]);
    expect(people.personOf(signer('a@y.org'))).toBe(people.personOf(signer('alice')));
    expect(people.personOf(signer('bob'))).not.toBe(people.personOf(signer('alice')));
  });

  it('are one by their key, whatever names it has in other lines, and not by a pattern', () => {
    const again = { ...line('ann'), fingerprint: line('alice', '*').fingerprint };
    const people = knownPeople([], [line('alice', '*'), again, line('bob', '*')]);
    expect(people.personOf(signer('ann'))).toBe(people.personOf(signer('alice')));
    expect(people.personOf(signer('bob'))).not.toBe(people.personOf(signer('alice')));
  });

  it('are one by an address that is theirs, whatever line comes first', () => {
    const authors = [{ signer: FINGERPRINT, email: 'a@x.org' }];
    const people = knownPeople(authors, [line('carol'), line('alice', 'a@x.org')]);
    expect(people.personOf(signer(FINGERPRINT))).toBe(people.personOf(signer('alice')));
  });

  it('are not one by a glob, or by the names that an authority may give', () => {
    const authors = [
      { signer: 'alice', email: '*@x.org' },
      { signer: 'bob', email: '*@x.org' },
    ];
    const people = knownPeople(authors, [{ ...line('alice', 'bob'), isAuthority: true }]);
    expect(people.personOf(signer('alice'))).not.toBe(people.personOf(signer('bob')));
  });

  it.each([
    ['*@x.org', null, 'a@x.org', true],
    ['*@x.org', null, 'A@X.ORG', true],
    ['*@x.org', null, 'b@x.org', false],
    ['*@y.org', null, 'a@x.org', false],
    ['b@*', 'a@x.org', 'b@y.org', true],
    ['b@*', 'bob', 'b@y.org', false],
  ])('with %s of %s may be the author %s: %s', (email, of, author, fits) => {
    const people = knownPeople([{ signer: of, email }], []);
    expect(people.fitsAuthor(signer('a@x.org'), author)).toBe(fits);
  });

  it('may be any author where none is named', () => {
    expect(knownPeople([], []).fitsAuthor(signer('alice'), 'bob@x.org')).toBe(true);
  });
});
