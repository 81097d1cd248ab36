import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../../daemon/config/load.ts';

const read = (hooks: string) =>
  parseConfig(`reconcile: {mode: enforce}\nhttp: {hooks: ${hooks}}\n`, 'etc/config.yaml');

function hooksOf(hooks: string): unknown {
  const config = read(hooks);
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  return config.value.http.hooks;
}

const messagesOf = (hooks: string): string[] => {
  const config = read(hooks);
  return config.ok ? [] : config.error.map(({ message }) => message);
};

const GIT = 'git: {secretEnv: GIT_SECRET}';
const LOOPBACK = 'listen: "127.0.0.1:8482"';

describe('http.hooks', () => {
  it('has defaults, and its files start from the folder of the config', () => {
    expect(hooksOf(`{${LOOPBACK}, git: {secretFile: git-secret}, events: {tokenFile: /run/token}}`)).toEqual({
      listen: { host: '127.0.0.1', port: 8482 },
      hosts: [],
      git: { secretFile: 'etc/git-secret', proof: 'token' },
      events: { tokenFile: '/run/token', header: 'x-eventbridge-signature-token' },
    });
    expect(hooksOf('off')).toBe('off');
  });

  it('knows hosts and headers in any case', () => {
    const text = `{listen: "0.0.0.0:80", hosts: [Rampart.Example.COM, "[::1]"], ${GIT}, events: {tokenEnv: T, header: X-Token}}`;
    expect(hooksOf(text)).toMatchObject({
      hosts: ['rampart.example.com', '[::1]'],
      events: { header: 'x-token' },
    });
  });

  it.each([
    [`{${GIT}}`, 'the key "listen" is missing'],
    [`{listen: off, ${GIT}}`, 'this is no ADDRESS:PORT'],
    [`{${LOOPBACK}}`, 'write git, events, or both: without them nothing is answered'],
    [
      `{listen: "0.0.0.0:80", ${GIT}}`,
      'name the hosts under which hooks arrive, such as [rampart.example.com]',
    ],
    [`{${LOOPBACK}, git: {}}`, 'write one of secretEnv and secretFile'],
    [`{${LOOPBACK}, git: {secretEnv: A, secretFile: b}}`, 'write one of secretEnv and secretFile'],
    [`{${LOOPBACK}, events: {}}`, 'write one of tokenEnv and tokenFile'],
    [`{${LOOPBACK}, git: {secretEnv: A, provider: generic}}`, 'a generic host needs a header'],
    [`{${LOOPBACK}, git: {secretEnv: A, header: X-T}}`, 'only a generic host takes a header'],
    [
      `{${LOOPBACK}, hosts: ["https://x"], ${GIT}}`,
      'write a name or address without scheme or port, such as rampart.example.com or [::1]',
    ],
    [
      `{${LOOPBACK}, git: {secretEnv: hunter2}}`,
      'write the name of an environment variable in upper case, such as RAMPART_GIT_HOOK_SECRET',
    ],
  ])('refuses %s', (text, message) => {
    expect(messagesOf(text)).toEqual([message]);
  });

  it('takes no secret inline, and does not repeat it', () => {
    const [git] = messagesOf(`{${LOOPBACK}, git: {secretEnv: A, secret: hunter2}}`);
    expect(git).toBe(
      'secret: secrets never stand in the config; name an environment variable (secretEnv) or a file (secretFile)',
    );
    const [events] = messagesOf(`{${LOOPBACK}, events: {tokenEnv: A, token: hunter2}}`);
    expect(events).toContain('tokenEnv');
    expect(events).not.toContain('hunter2');
  });
});
