import { expect, it } from 'vitest';
import { checkReceivers } from '../../../../../daemon/commands/run/open-notifier.ts';
import { Secrets } from '../../../../../daemon/compose/secrets.ts';
import { parseConfig } from '../../../../../daemon/config/load.ts';

const KEY = `whsec_${'A'.repeat(32)}`;
const RECEIVERS = `
  - {type: webhook, urlEnv: WEBHOOK_URL, secretEnv: WEBHOOK_SECRET}
  - {type: slack, urlFile: /no/such/file}
`;

async function checked(notify: string, env: Record<string, string>): Promise<readonly string[]> {
  const config = parseConfig(`reconcile: {mode: enforce}\nnotify:${notify}`, 'config.yaml');
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  const secrets = new Secrets();
  await checkReceivers(config.value, { io: { env }, secrets });
  return secrets.values();
}

it('a daemon does not start with receivers whose addresses are not there, and says which', async () => {
  const url = { WEBHOOK_URL: 'https://siem.example.com/hook?key=hunter2-hunter2-hunter2' };
  await expect(checked(RECEIVERS, { ...url, WEBHOOK_SECRET: KEY })).rejects.toThrow(
    'notify[1]: the file /no/such/file cannot be read (ENOENT)',
  );
  await expect(checked(RECEIVERS, { ...url, WEBHOOK_SECRET: 'hunter2' })).rejects.toThrow(
    'notify[0]: its secret is not `whsec_` and at least 24 characters of base64\nnotify[1]: the file',
  );
  await expect(checked(RECEIVERS, {})).rejects.toThrow('notify[0]: the environment variable WEBHOOK_URL');
});

it('what an address holds is blotted out in the log from the start', async () => {
  const url = 'https://siem.example.com/hook/path?key=hunter2-hunter2-hunter2';
  const [webhook = ''] = RECEIVERS.trim().split('\n');
  const secrets = await checked(`\n  ${webhook}\n`, { WEBHOOK_URL: url, WEBHOOK_SECRET: KEY });
  expect(secrets).toEqual(expect.arrayContaining([url, KEY, 'hunter2-hunter2-hunter2']));
  expect(secrets).not.toContain('hook');
});
