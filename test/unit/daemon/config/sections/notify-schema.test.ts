import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../../daemon/config/load.ts';

const read = (notify: string) =>
  parseConfig(`reconcile: {mode: enforce}\nnotify: ${notify}\n`, 'etc/config.yaml');

function receivers(notify: string): unknown {
  const config = read(notify);
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  return config.value.notify;
}

const complaintsOf = (notify: string): string[] => {
  const config = read(notify);
  return config.ok
    ? []
    : config.error.map(({ message, hint }) => `${message}${hint === '' ? '' : ` (${hint})`}`);
};

describe('notify', () => {
  it('tells no one by default', () => {
    const config = parseConfig('reconcile: {mode: enforce}\n', 'config.yaml');
    expect(config).toMatchObject({ ok: true, value: { notify: [] } });
  });

  it('has defaults, and its files start from the folder of the config', () => {
    expect(
      receivers('[{type: wecom, urlFile: url}, {type: webhook, urlEnv: U, secretFile: /run/s}]'),
    ).toMatchObject([
      { type: 'wecom', urlFile: 'etc/url', minSeverity: 'info' },
      { type: 'webhook', urlEnv: 'U', secretFile: '/run/s', minSeverity: 'info' },
    ]);
  });

  it('takes events by globs, and groups as guardrails do', () => {
    const text =
      '[{type: slack, urlEnv: U, events: ["*"], groups: {names: ["web-*"]}, minSeverity: error, link: "https://r.example.com/x"}]';
    expect(receivers(text)).toEqual([
      {
        ...{ type: 'slack', urlEnv: 'U', events: ['*'], minSeverity: 'error' },
        ...{ groups: { names: ['web-*'] }, link: 'https://r.example.com/x' },
      },
    ]);
  });

  it.each([
    ['[{type: dingtlak, urlEnv: U}]', '"type" cannot be "dingtlak" (did you mean "dingtalk"?)'],
    ['[{type: slack}]', 'write one of urlEnv and urlFile'],
    ['[{type: slack, urlEnv: U, urlFile: u}]', 'write one of urlEnv and urlFile'],
    ['[{type: feishu, urlEnv: U, secretEnv: S, secretFile: s}]', 'write one of secretEnv and secretFile'],
    ['[{type: webhook, urlEnv: U}]', 'a webhook is signed (write secretEnv or secretFile)'],
    [
      '[{type: wecom, urlEnv: U, secretEnv: S}]',
      'wecom signs nothing: its URL is the secret; remove secretEnv',
    ],
    [
      '[{type: slack, urlEnv: U, secretFile: s}]',
      'slack signs nothing: its URL is the secret; remove secretFile',
    ],
    [
      '[{type: slack, urlEnv: U, events: [plan.bloked]}]',
      'no event is called so (did you mean "plan.blocked"?)',
    ],
    [
      '[{type: slack, urlEnv: U, events: ["notify.*"]}]',
      'no event is called so (docs/log-events.md lists them; * stands for any characters)',
    ],
    [
      '[{type: slack, urlEnv: U, link: "javascript:alert(1)"}]',
      'write the address of the status page, such as https://rampart.example.com',
    ],
    [
      '[{type: slack, urlEnv: https://hooks.slack.com/x}]',
      'write the name of an environment variable in upper case, such as RAMPART_NOTIFY_URL',
    ],
    [
      '[{type: slack, urlEnv: U, url: https://hooks.slack.com/services/hunter2}]',
      'url: secrets never stand in the config; name an environment variable (urlEnv, secretEnv) or a file (urlFile, secretFile)',
    ],
    ['[{type: slack, urlEnv: U, event: [plan.*]}]', '"event" is not a key here (did you mean "events"?)'],
    [
      '[{type: slack, urlEnv: U, groups: {}}]',
      'groups names nothing, which could mean all or none (name ids, names, tags, accounts or regions, or remove the key for all groups)',
    ],
  ])('%s is refused, with what to write', (text, complaint) => {
    expect(complaintsOf(text)).toContain(complaint);
    expect(complaintsOf(text).join()).not.toContain('hunter2');
  });
});
