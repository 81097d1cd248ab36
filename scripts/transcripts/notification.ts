// The message of docs/notifications.md, as a receiver gets it.
import { COMMON, SAMPLE_EVENTS } from '../../test/support/sample-events.ts';
import { notifying } from '../../test/support/notifying.ts';
import { onlyLines } from './shell.ts';

const CHANGES = 400;
const BATCH_MS = 60_000;

export async function notification(): Promise<Map<string, string>> {
  const world = await notifying(['dingtalk']);
  try {
    world.configure(', link: "https://rampart.example.com"');
    const { revision } = COMMON;
    world.emit('policies.loaded', {
      ...SAMPLE_EVENTS['policies.loaded'],
      ...{ revision, commit: revision, author: 'Ada <ada@example.com>' },
    });
    for (let number = 1; number <= CHANGES; number += 1) {
      const change = `+ opens tcp ${8000 + number} from office (office-${number})`;
      world.emit('call.succeeded', { ...COMMON, rules: 1, change });
    }
    world.emit('plan.blocked', {
      ...{
        ...COMMON,
        group: 'sg-bp1db',
        kinds: ['brake'],
        blockedBy: ['the brake: 40 of 50 rules would go'],
      },
      overrides: ['rampart approve 97cef21b52b5 --reason "..."'],
    });
    await world.pass(BATCH_MS);
    const [text = ''] = world.only.messages;
    return new Map([['notification', onlyLines(text, /^WARN|^default|to go on|office-1\)|more:|^to stop/)]]);
  } finally {
    await world.close();
  }
}
