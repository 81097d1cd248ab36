// Invariants: a history as it was written is whole, and every hash that was ever its head is found in it; a history in which
// one row was changed, removed, inserted or exchanged is broken at exactly the first row that is concerned, and only the heads
// from before are found; one whose end is cut off is broken there, and has no head of what is gone, also if the noted end was
// cut with it; another chain never suffers.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HistoryPass, type RecordedRow } from '../../daemon/journal/chain/history-pass.ts';
import { isWhole, type ChainEnds, type HistoryVerdict } from '../../daemon/journal/chain/verdict.ts';
import type { HistoryEntry } from '../../daemon/journal/journal.ts';
import { endsOf, recordedEntry, recordedRow, recordedRows, takeAll } from '../support/recorded-chain.ts';
import { runs } from '../support/runs.ts';

const CHAINS = ['default/cn-beijing', 'default/cn-hangzhou', 'other/cn-hangzhou#3'] as const;
const names = fc.array(fc.constantFrom(...CHAINS), { minLength: 4, maxLength: 25 });

const hashOf = (row: RecordedRow): string => row.link?.hash ?? '';
/** @param ends as the journal has noted them: those of the rows before anything was done to them */
const verify = (rows: readonly RecordedRow[], heads: readonly string[], ends: readonly ChainEnds[]) =>
  takeAll(new HistoryPass(ends, heads), rows);
const brokenIn = (verdict: HistoryVerdict) => verdict.chains.filter(({ broken }) => broken !== null);

/** A row that has others of its chain behind it, and where they stand. */
const scene = fc
  .tuple(names, fc.nat())
  .map(([chains, pick]) => {
    const rows = recordedRows(chains);
    const own = (row: RecordedRow) => rows.filter(({ link }) => link?.chain === row.link?.chain);
    const inside = rows.filter((row) => own(row).at(-1) !== row);
    const victim = inside[pick % inside.length];
    return victim === undefined ? null : { rows, victim, own: own(victim) };
  })
  .filter((found) => found !== null);

const fieldChanges: ReadonlyArray<(entry: HistoryEntry) => Partial<HistoryEntry>> = [
  ({ clientToken }) => ({ clientToken: `${clientToken}x` }),
  ({ group }) => ({ group: { ...group, account: 'x' } }),
  ({ group }) => ({ group: { ...group, region: 'x' } }),
  ({ group }) => ({ group: { ...group, id: 'x' } }),
  () => ({ revision: 'x' }),
  () => ({ planHash: 'x' }),
  () => ({ reconcileId: 'x' }),
  ({ step }) => ({ step: step + 1 }),
  () => ({ operation: 'RevokeSecurityGroup' }),
  ({ params }) => ({ params: { ...params, PortRange: '22/22' } }),
  ({ params }) => ({ params: { ...params, More: '' } }),
  () => ({ effect: null }),
  ({ effect }) => ({ effect: { adds: effect?.adds ?? [], removes: [] } }),
  ({ openedAtMs }) => ({ openedAtMs: openedAtMs - 1 }),
  () => ({ result: 'failed' }),
  () => ({ requestId: null }),
  () => ({ code: '' }),
  ({ closedAtMs }) => ({ closedAtMs: closedAtMs + 1 }),
];

/** What a verdict must be where `first` is the first row of its chain that is concerned. */
function expectBrokenAt(
  verdict: HistoryVerdict,
  own: readonly RecordedRow[],
  first: { readonly expected: number; readonly kind: string; readonly clientToken: string },
): void {
  const { kind, expected, clientToken } = first;
  const broken = { kind, expected, entry: { clientToken } };
  expect(brokenIn(verdict)).toMatchObject([{ chain: own[0]?.link?.chain, broken }]);
  expect(isWhole(verdict)).toBe(false);
  const known = own.filter((row) => verdict.heads.some(({ hash, found }) => hash === hashOf(row) && found));
  expect(known.map(({ link }) => link?.number)).toEqual(
    Array.from({ length: first.expected - 1 }, (_, index) => index + 1),
  );
}

it('a history as it was written is whole, and has every head that it ever had', () => {
  fc.assert(
    fc.property(names, (chains) => {
      const rows = recordedRows(chains);
      const verdict = verify(rows, rows.map(hashOf), endsOf(rows));
      expect(isWhole(verdict)).toBe(true);
      expect(verdict.heads.map(({ found }) => found)).toEqual(rows.map(({ link }) => link));
      expect(verdict.chains.map(({ chain }) => chain)).toEqual([...new Set(chains)].sort());
      expect(verdict.chains.reduce((sum, { entries }) => sum + entries, 0)).toBe(rows.length);
    }),
    runs(100),
  );
});

it('a changed field of any kind breaks the chain at its row', () => {
  fc.assert(
    fc.property(scene, fc.constantFrom(...fieldChanges), ({ rows, victim, own }, change) => {
      const entry = victim.entry ?? recordedEntry(0);
      const changed = { ...entry, ...change(entry) };
      const after = rows.map((row) => (row === victim ? recordedRow(row.place, row.link, changed) : row));
      const expected = victim.link?.number ?? 0;
      const { clientToken } = changed;
      expectBrokenAt(verify(after, rows.map(hashOf), endsOf(rows)), own, {
        expected,
        kind: 'changed',
        clientToken,
      });
    }),
    runs(200),
  );
});

it('a row that is gone is missed by the one behind it, however the numbers were closed up', () => {
  fc.assert(
    fc.property(scene, fc.boolean(), ({ rows, victim, own }, closesUp) => {
      const expected = victim.link?.number ?? 0;
      const closed = (row: RecordedRow): RecordedRow =>
        row.link !== null && row.link.chain === victim.link?.chain && row.link.number > expected
          ? { ...row, link: { ...row.link, number: row.link.number - 1 } }
          : row;
      const rest = rows.filter((row) => row !== victim);
      const verdict = verify(closesUp ? rest.map(closed) : rest, rows.map(hashOf), endsOf(rows));
      const clientToken = own[expected]?.clientToken ?? '';
      expectBrokenAt(verdict, own, { expected, kind: closesUp ? 'changed' : 'missing', clientToken });
    }),
    runs(200),
  );
});

it('a row that was put in is found, under a number of its own and under that of another', () => {
  fc.assert(
    fc.property(scene, fc.boolean(), ({ rows, victim, own }, hasOwnNumber) => {
      const number = victim.link?.number ?? 0;
      const link = { ...(victim.link ?? { chain: '', hash: '' }), number: number + 1 };
      const put = recordedRow(victim.place + 0.5, link, recordedEntry(999));
      const moved = (row: RecordedRow): RecordedRow =>
        row.link !== null && row.link.chain === link.chain && row.link.number > number
          ? { ...row, link: { ...row.link, number: row.link.number + 1 } }
          : row;
      const verdict = verify(
        [...(hasOwnNumber ? rows.map(moved) : rows), put],
        rows.map(hashOf),
        endsOf(rows),
      );
      const { clientToken } = put;
      expectBrokenAt(verdict, own, { expected: number + 1, kind: 'changed', clientToken });
    }),
    runs(200),
  );
});

it('two rows that have changed places are out of order', () => {
  fc.assert(
    fc.property(scene, fc.boolean(), ({ rows, victim, own }, isRelabelled) => {
      const expected = victim.link?.number ?? 0;
      const next = own[expected] ?? victim;
      const swapped = rows.map((row) => {
        const other = row === victim ? next : row === next ? victim : row;
        if (other === row || row.link === null) return row;
        // Either the numbers were exchanged, or the rows with all that they say but their numbers.
        if (isRelabelled) return { ...row, link: { ...row.link, number: other.link?.number ?? 0 } };
        return { ...other, place: row.place, link: { ...row.link, hash: hashOf(other) } };
      });
      const kind = isRelabelled ? 'out-of-order' : 'changed';
      const clientToken = next.clientToken;
      expectBrokenAt(verify(swapped, rows.map(hashOf), endsOf(rows)), own, { expected, kind, clientToken });
    }),
    runs(200),
  );
});

it('an end that was cut off is missed, and if the noted end was cut with it, told by a head from before alone', () => {
  fc.assert(
    fc.property(scene, ({ rows, victim, own }) => {
      const cut = own.slice(own.indexOf(victim));
      const rest = rows.filter((row) => !cut.includes(row));
      const verdict = verify(rest, [hashOf(victim)], endsOf(rows));
      expect(brokenIn(verdict)).toMatchObject([
        { broken: { kind: 'cut-off', expected: victim.link?.number, number: own.length, entry: null } },
      ]);
      expect(isWhole(verify(rest, [], endsOf(rest)))).toBe(true);
      expect(isWhole(verify(rest, [hashOf(victim)], endsOf(rest)))).toBe(false);
      expect(isWhole(verify(rest, rest.map(hashOf), endsOf(rest)))).toBe(true);
    }),
    runs(100),
  );
});

it('a chain that was continued by hand, or whose noted end was changed, is broken there', () => {
  fc.assert(
    fc.property(scene, ({ rows, victim: { link, ...victim }, own }) => {
      const ends = endsOf(rows).map(({ anchor, head }) => ({
        anchor,
        head: head.chain === link?.chain ? link : head,
      }));
      const next = own[own.findIndex(({ clientToken }) => clientToken === victim.clientToken) + 1];
      const longer = verify(rows, [], ends);
      expect(brokenIn(longer)).toMatchObject([
        { broken: { kind: 'changed', entry: { clientToken: next?.clientToken } } },
      ]);
      const other = endsOf(rows).map(({ anchor, head }) => ({ anchor, head: { ...head, hash: 'x' } }));
      expect(brokenIn(verify(rows, [], other)).map(({ broken }) => broken)).toMatchObject(
        [...new Set(rows.map(({ link }) => link?.chain))].map(() => ({ kind: 'changed' })),
      );
    }),
    runs(100),
  );
});

it('rows that went by their age leave a history that is whole from the anchor, which is a head too', () => {
  fc.assert(
    fc.property(scene, ({ rows, victim, own }) => {
      const gone = own.slice(0, own.indexOf(victim) + 1);
      const rest = rows.filter((row) => !gone.includes(row));
      const ends = endsOf(rows, victim.link);
      expect(isWhole(verify(rest, [...rest, victim].map(hashOf), ends))).toBe(true);
      const without = verify(rest, [], endsOf(rows));
      expect(brokenIn(without)).toMatchObject([{ broken: { kind: 'missing', expected: 1 } }]);
    }),
    runs(100),
  );
});

it('rows without a hash are counted before the chain, and broken behind its first row', () => {
  fc.assert(
    fc.property(scene, ({ rows, victim }) => {
      const before = [recordedRow(-2, null, recordedEntry(0)), recordedRow(-1, null, recordedEntry(1))];
      const verdict = verify([...rows, ...before], [], endsOf(rows));
      expect(isWhole(verdict)).toBe(true);
      expect(verdict.unlinked).toMatchObject({ entries: 2, sinceMs: before[0]?.closedAtMs });
      const stripped = rows.map((row) => (row === victim ? { ...row, link: null } : row));
      expect(isWhole(verify(stripped, [], endsOf(rows)))).toBe(false);
      expect(
        isWhole(
          verify(
            rows.map((row) => ({ ...row, link: null })),
            [],
            endsOf(rows),
          ),
        ),
      ).toBe(false);
      const late = verify([...rows, { ...victim, place: 1000, link: null }], [], endsOf(rows));
      expect(late.unlinked.broken).toMatchObject({ clientToken: victim.clientToken });
    }),
    runs(100),
  );
});
