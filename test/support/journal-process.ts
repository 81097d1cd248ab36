// A process that opens a journal and writes intents until it is killed. Tells its parent, a line each, what is
// durable: first `open`, or the trouble; then every token, after `openIntent` has resolved.
import { writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { systemClock } from '../../daemon/clock.ts';
import { RETENTION } from '../../daemon/journal/sqlite/retention.ts';
import { openSqliteJournal } from '../../daemon/journal/sqlite/sqlite.ts';

const [path = '', mode = 'hold'] = process.argv.slice(2);
const say = (line: string) => writeSync(1, `${line}\n`);

const journal = openSqliteJournal(path, {
  clock: systemClock,
  randomByte: () => randomBytes(1).readUInt8(),
  retention: RETENTION,
});
if (!journal.ok) {
  say(journal.error.trouble);
  process.exit(3);
}
say('open');
if (mode === 'hold') setInterval(() => undefined, 1000);
for (let step = 1; mode === 'write'; step += 1) {
  const { clientToken } = await journal.value.openIntent({
    group: { account: 'default', region: 'cn-hangzhou', id: 'sg-1' },
    revision: 'abc',
    planHash: 'f00',
    reconcileId: 'r1',
    step,
    operation: 'AuthorizeSecurityGroup',
    params: { RegionId: 'cn-hangzhou' },
    effect: { adds: [], removes: [] },
  });
  say(clientToken);
  if (step % 3 === 0) {
    await journal.value.closeIntent(clientToken, { result: 'applied', requestId: 'R', code: null });
  }
}
