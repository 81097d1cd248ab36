import { randomBytes } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { openMemoryJournal } from '../../../../daemon/journal/memory/memory.ts';
import { PolicyMemory } from '../../../../daemon/schedule/policy-memory.ts';
import { DesiredKeeper } from '../../../../daemon/source/desired.ts';
import { policyFor } from '../../../support/estate.ts';
import { PolicyFiles } from '../../../support/policy-files.ts';

const HTTPS = 'protocol: tcp, ports: 443, from: 203.0.113.0/24';
const SSH = 'protocol: tcp, ports: 22, from: 203.0.113.0/24';

const openJournal = () => openMemoryJournal({ clock: { nowMs: () => 0 }, randomByte: () => 7 });

describe('what is known of the policies after a restart', () => {
  it('is the state in force and the bytes of its files, but for large ones', async () => {
    const journal = openJournal();
    const noise = `# ${randomBytes(200_000).toString('base64')}\n`;
    const texts = {
      'web.yaml': policyFor('sg-web', [HTTPS, SSH]),
      'large.yaml': `${noise}${policyFor('sg-large', [HTTPS])}`,
    };
    const files = new PolicyFiles(texts);
    const keeper = new DesiredKeeper({ accounts: ['default'] });
    const { state } = await keeper.take(await files.load());
    await new PolicyMemory(journal, keeper).note();
    await journal.setEstateFacts({ desired: state });

    const next = new DesiredKeeper({ accounts: ['default'], settleMs: 10_000 });
    await new PolicyMemory(journal, next).recall();
    const known = [...next.filesInForce.files].map(([path, { length, held }]) => [
      path,
      length,
      held === null ? null : Buffer.from(held.bytes).toString(),
    ]);
    expect(known).toEqual([
      ['large.yaml', texts['large.yaml'].length, null],
      ['web.yaml', texts['web.yaml'].length, texts['web.yaml']],
    ]);
    files.write('web.yaml', policyFor('sg-web', [HTTPS]));
    const update = await next.take(await files.load());
    expect(update.problems).toMatchObject([{ code: 'truncated', file: 'policies/web.yaml' }]);
    expect(update.state.groups).toEqual(state.groups);
  });

  it('is written again where the journal did not take it', async () => {
    const journal = openJournal();
    const keeper = new DesiredKeeper({ accounts: ['default'] });
    await keeper.take(await new PolicyFiles({ 'web.yaml': policyFor('sg-web', [HTTPS]) }).load());
    const memory = new PolicyMemory(journal, keeper);
    const taken = vi.spyOn(journal, 'setEstateFacts').mockRejectedValueOnce(new Error('out of touch'));
    await expect(memory.note()).rejects.toThrow('out of touch');
    for (let load = 0; load < 2; load += 1) await memory.note();
    expect((await journal.estateFacts()).policyFiles?.files.map(({ path }) => path)).toEqual(['web.yaml']);
    expect(taken).toHaveBeenCalledTimes(2);
  });

  it('is nothing before there was anything', async () => {
    const keeper = new DesiredKeeper({ accounts: ['default'] });
    const journal = openJournal();
    await new PolicyMemory(journal, keeper).note();
    expect((await journal.estateFacts()).policyFiles).toBeNull();
    await new PolicyMemory(journal, keeper).recall();
    expect(keeper.filesInForce.root).toBeNull();
  });
});
