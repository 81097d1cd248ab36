import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock, type Clock } from '../../../../../daemon/clock.ts';
import { FolderLooks } from '../../../../../daemon/source/directory/folder-looks.ts';
import { FolderWatch, type FolderWatchOptions } from '../../../../../daemon/source/directory/folder-watch.ts';
import {
  isSameListing,
  listPolicyFiles,
  type Listing,
} from '../../../../../daemon/source/directory/listing.ts';
import { tempFolder } from '../../../../support/temp-folder.ts';

const HOUR_MS = 3_600_000;

/** Resolves at the first change that is reported. */
function firstChange<Seen>(options: Omit<FolderWatchOptions<Seen>, 'onChange'>): Promise<void> {
  return new Promise((resolve) => {
    const watch = new FolderWatch({ ...options, onChange: resolve });
    onTestFinished(() => watch.close());
  });
}

/** In one step, so that it is one change and not two. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

describe('FolderWatch', () => {
  it('tells nothing of what was read while it was being put up', async () => {
    const root = await tempFolder({ 'a.yaml': 'one' });
    let loaded: Listing | null = null;
    const told: Array<string | undefined> = [];
    const looked: string[] = [];
    const watch = new FolderWatch({
      looks: new FolderLooks(() => listPolicyFiles(root)),
      clock: systemClock,
      timings: { pollMs: 5, quietMs: 1, maxBurstMs: 10 },
      see: (listing) => {
        // As a load does that ends just now.
        loaded ??= listing;
        looked.push(listing.files.map(({ stamp }) => stamp).join());
        return Promise.resolve(listing);
      },
      isSame: isSameListing,
      known: () => loaded,
      onChange: () => told.push(looked.at(-1)),
    });
    onTestFinished(() => watch.close());
    await vi.waitFor(() => expect(looked.length).toBeGreaterThan(3));
    expect(told).toEqual([]);
    await replace(path.join(root, 'a.yaml'), 'two');
    await vi.waitFor(() => expect(told).toEqual([looked.at(-1)]));
  });

  it.each([
    {
      what: 'was changed back while a reading was under way that found it otherwise',
      looks: ['A', 'B', 'A'],
    },
    { what: 'is as at the last look, though something else was read since', looks: ['A', 'A', 'A'] },
  ])('tells of a folder that $what', async ({ looks }) => {
    const root = await tempFolder({ 'a.yaml': 'one' });
    const left = [...looks];
    let loaded = 'A';
    let readLast: () => void = () => undefined;
    const told: Array<string | undefined> = [];
    const seen: string[] = [];
    const watch = new FolderWatch({
      looks: new FolderLooks(() => listPolicyFiles(root)),
      clock: systemClock,
      timings: { pollMs: 5, quietMs: 1, maxBurstMs: 10 },
      isSame: (a, b) => a === b,
      see: () => {
        seen.push(left.shift() ?? 'A');
        if (left.length === 0) readLast();
        return Promise.resolve(seen.at(-1) ?? '');
      },
      known: () => loaded,
      onChange: () => told.push(seen.at(-1)),
    });
    onTestFinished(() => watch.close());
    await new Promise<void>((resolve) => (readLast = resolve));
    // The reading ends only when that look has been compared.
    await new Promise((resolve) => void setImmediate(resolve));
    loaded = 'B';
    await vi.waitFor(() => expect(told.at(-1)).toBe('A'));
  });

  it('sees what changes while it is being put up', async () => {
    const root = await tempFolder({ 'a.yaml': 'one' });
    const loaded = await listPolicyFiles(root);
    let looks = 0;
    const see = (listing: Listing) => {
      looks += 1;
      if (looks === 1) writeFileSync(path.join(root, 'a.yaml'), 'two');
      return Promise.resolve(listing);
    };
    await firstChange({
      looks: new FolderLooks(() => listPolicyFiles(root)),
      clock: systemClock,
      timings: { pollMs: HOUR_MS, quietMs: 10, maxBurstMs: 100 },
      see,
      isSame: isSameListing,
      known: () => loaded,
    });
    expect(looks).toBeGreaterThan(1);
  });

  it('needs no hint: the poll alone finds a change', async () => {
    const root = path.join(await tempFolder(), 'missing');
    let polls = 0;
    const clock: Clock = {
      ...systemClock,
      // A poll comes whenever someone waits for it; nothing else happens in this test.
      sleep: async (_delayMs, signal) => {
        polls += 1;
        await systemClock.sleep(1, signal);
      },
    };
    await firstChange({
      looks: new FolderLooks(() => listPolicyFiles(root)),
      clock,
      timings: { pollMs: HOUR_MS, quietMs: 10, maxBurstMs: 100 },
      see: () => Promise.resolve(polls > 5 ? 'changed' : 'known'),
      isSame: (a, b) => a === b,
      known: () => 'known',
    });
    expect(polls).toBeGreaterThan(5);
  });

  it('hears a folder that came back, without the help of polls', async () => {
    const root = path.join(await tempFolder({ 'policies/a.yaml': 'one' }), 'policies');
    let polling = true;
    const pollMs = 20;
    const clock: Clock = {
      ...systemClock,
      sleep: (delayMs, signal) =>
        systemClock.sleep(delayMs === pollMs && !polling ? HOUR_MS : delayMs, signal),
    };
    let report: () => void = () => undefined;
    let seen: string | null = null;
    let loaded: Listing | null = await listPolicyFiles(root);
    const watch = new FolderWatch({
      looks: new FolderLooks(() => listPolicyFiles(root)),
      clock,
      timings: { pollMs, quietMs: 10, maxBurstMs: 100 },
      see: (listing) => {
        seen = listing.folder;
        return Promise.resolve(listing);
      },
      isSame: isSameListing,
      known: () => loaded,
      onChange: () => {
        loaded = null;
        report();
      },
    });
    onTestFinished(() => watch.close());
    const changed = () => new Promise<void>((resolve) => (report = resolve));
    const reported = async (isThere: boolean): Promise<void> => {
      do await changed();
      while ((seen !== null) !== isThere);
    };

    // The watcher is up once it has heard something.
    const heardBefore = changed();
    await replace(path.join(root, 'a.yaml'), 'before');
    await heardBefore;
    // A look in the middle of the removal finds the folder without its file.
    const gone = reported(false);
    await rm(root, { recursive: true });
    await gone;
    const back = reported(true);
    await mkdir(root);
    await back;
    polling = false;
    for (const text of ['two', 'three']) {
      const heard = changed();
      await replace(path.join(root, 'a.yaml'), text);
      await heard;
    }
  });

  it.each(['the folder', 'a folder in it'])(
    'hears %s that was removed and made again at once',
    async (which) => {
      const root = path.join(await tempFolder({ 'policies/sub/a.yaml': 'one' }), 'policies');
      let report: () => void = () => undefined;
      let loaded: Listing | null = await listPolicyFiles(root);
      const watch = new FolderWatch({
        looks: new FolderLooks(() => listPolicyFiles(root)),
        clock: systemClock,
        timings: { pollMs: HOUR_MS, quietMs: 10, maxBurstMs: 100 },
        see: (listing) => Promise.resolve(listing),
        isSame: isSameListing,
        known: () => loaded,
        onChange: () => {
          loaded = null;
          report();
        },
      });
      onTestFinished(() => watch.close());
      const heard = async (change: () => void): Promise<void> => {
        const changed = new Promise<void>((resolve) => (report = resolve));
        change();
        await changed;
      };
      const write = (text: string) => () => writeFileSync(path.join(root, 'sub', 'a.yaml'), text);

      // The first two may be found by the looks with which the watch begins.
      for (const text of ['1', '22', '333']) await heard(write(text));
      await heard(() => {
        rmSync(which === 'the folder' ? root : path.join(root, 'sub'), { recursive: true });
        mkdirSync(path.join(root, 'sub'), { recursive: true });
        write('4444')();
      });
      for (const text of ['1', '22', '333']) await heard(write(text));
    },
  );

  it('watches from the start again once a folder can be read that could not', async () => {
    const root = await tempFolder({ 'a.yaml': 'one' });
    const { unreadable } = await listPolicyFiles(path.join(root, 'missing'));
    // A folder that cannot be read gets no watch. Here all have none, since it is another one that is watched.
    const elsewhere = await tempFolder();
    let isReadable = false;
    const list = async (): Promise<Listing> => {
      const listing = await listPolicyFiles(root);
      return isReadable ? listing : { ...listing, folder: elsewhere, unreadable };
    };
    let report: () => void = () => undefined;
    const reported = () => new Promise<void>((resolve) => (report = resolve));
    const first = reported();
    const watch = new FolderWatch({
      looks: new FolderLooks(list),
      clock: systemClock,
      timings: { pollMs: HOUR_MS, quietMs: 10, maxBurstMs: 100 },
      see: (listing) => Promise.resolve(listing),
      isSame: isSameListing,
      known: () => null,
      onChange: () => report(),
    });
    onTestFinished(() => watch.close());
    await first;
    const readable = reported();
    isReadable = true;
    await readable;
    for (const text of ['1', '22', '333']) {
      const heard = reported();
      await replace(path.join(root, 'a.yaml'), text);
      await heard;
    }
  });

  it('reports a file that is written in place without asking about all the others', async () => {
    const root = await tempFolder({ 'a.yaml': 'one', 'b.yaml': 'one' });
    let listings = 0;
    const list = (): Promise<Listing> => {
      listings += 1;
      return listPolicyFiles(root);
    };
    const known = await listPolicyFiles(root);
    let report: () => void = () => undefined;
    const watch = new FolderWatch({
      looks: new FolderLooks(list),
      clock: systemClock,
      timings: { pollMs: HOUR_MS, quietMs: 10, maxBurstMs: 100 },
      see: (listing) => Promise.resolve(listing),
      isSame: isSameListing,
      known: () => known,
      onChange: () => report(),
    });
    onTestFinished(() => watch.close());
    const costOf = async (text: string): Promise<number> => {
      const before = listings;
      const changed = new Promise<void>((resolve) => (report = resolve));
      await writeFile(path.join(root, 'a.yaml'), text);
      await changed;
      return listings - before;
    };
    const costs: number[] = [];
    // While the watcher is being put up it has the whole folder looked at.
    for (let edit = 0; edit < 20 && costs.at(-1) !== 0; edit += 1) costs.push(await costOf('x'.repeat(edit)));
    expect(costs.at(-1)).toBe(0);
  });

  it('looks now and then at a burst that does not end', async () => {
    const root = await tempFolder({ 'a.yaml': 'one' });
    let nowMs = 0;
    let looks = 0;
    const clock: Clock = {
      nowMs: () => nowMs,
      monotonicMs: () => nowMs,
      // Once the watcher is there, every wait ends in another event, as if someone wrote all the time.
      sleep: async (delayMs, signal) => {
        nowMs += delayMs;
        if (looks === 0) return;
        writeFileSync(path.join(root, 'a.yaml'), String(nowMs));
        await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
      },
    };
    let changes = 0;
    await new Promise<void>((resolve) => {
      const watch = new FolderWatch({
        looks: new FolderLooks(() => listPolicyFiles(root)),
        clock,
        timings: { pollMs: 10, quietMs: 10, maxBurstMs: 50 },
        see: (listing) => {
          looks += 1;
          return Promise.resolve(listing);
        },
        isSame: isSameListing,
        known: () => null,
        onChange: () => {
          changes += 1;
          if (changes === 3) resolve();
        },
      });
      onTestFinished(() => watch.close());
    });
    expect(nowMs).toBeGreaterThanOrEqual(100);
  });
});
