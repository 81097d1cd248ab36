// The pages in a real Chromium, served by the built daemon: what changes is seen without a reload, and all of it works by
// keyboard, on a phone, without a script, and for those who do not see it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { accessibilityProblems, openBrowser } from '../support/browser.ts';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { freePort } from '../support/free-port.ts';
import { runsFactor } from '../support/runs.ts';
import { onlyWith } from '../support/optional-tool.ts';
import { Workspace, type RampartProcess } from '../support/rampart.ts';

/** In the suite a part of what the release check has, since to read so many takes long. */
const GROUPS = runsFactor() > 1 ? 1000 : 200;
const EDITED = 10;
/** On a busy machine the first look at all of them takes a minute. */
const SET_UP_MS = 300_000;
const WEB_RULES = [
  'name: https, protocol: tcp, ports: 443, from: 0.0.0.0/0',
  'name: ssh, protocol: tcp, ports: 22, from: 10.0.0.0/8',
];
const idOf = (number: number): string => `sg-${String(number).padStart(4, '0')}`;
const GOAL_MS = 2000;

onlyWith('chromium', describe)('the pages in a browser', () => {
  let emulator: TestEmulator;
  let workspace: Workspace;
  let daemon: RampartProcess;
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    workspace = new Workspace();
    const ids = Array.from({ length: GROUPS }, (_, number) => idOf(number));
    const permissions = [
      { IpProtocol: 'TCP', PortRange: '443/443', SourceCidrIp: '0.0.0.0/0' },
      { IpProtocol: 'TCP', PortRange: '22/22', SourceCidrIp: '10.0.0.0/8' },
    ];
    emulator = await startTestEmulator({
      state: { securityGroups: ids.map((id) => wireGroup(id, permissions)) },
    });
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    workspace.write(
      'config.yaml',
      configFor(emulator.url, 'limits: {default: {ratePerMinute: 6000}}')
        .replace('listen: "off"', `listen: "127.0.0.1:${port}"`)
        .replace('level: debug', 'level: info')
        .replace('resyncSeconds: 1', 'resyncSeconds: 3600, probeSeconds: 0'),
    );
    // A file for each group that is edited, and one for each hundred of the others.
    for (const id of ids.slice(0, EDITED)) workspace.write(`policies/${id}.yaml`, policyFor(id, WEB_RULES));
    for (let from = EDITED; from < GROUPS; from += 100) {
      const [head = '', ...groups] = ids.slice(from, from + 100).map((id) => policyFor(id, WEB_RULES));
      const list = groups.map((policy) => policy.replace(/^[^]*groups:\n/, ''));
      workspace.write(`policies/from-${from}.yaml`, [head, ...list].join(''));
    }
    browser = await openBrowser();
    daemon = workspace.start(['run']);
    await daemon.event('daemon.ready');
  }, SET_UP_MS);

  afterAll(async () => {
    await browser.close();
    await workspace.dispose();
    await emulator.close();
  });

  async function onPage(path: string, work: (page: Page) => Promise<void>, options = {}): Promise<void> {
    const page = await browser.newPage(options);
    const problems: string[] = [];
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    try {
      await page.goto(`${url}${path}`);
      await work(page);
      expect(problems).toEqual([]);
    } finally {
      await page.close();
    }
  }

  test('however many groups there are, a hundred are on a page at once, and a search finds one', async () => {
    await onPage('/', async (page) => {
      const started = performance.now();
      await page.goto(`${url}/`);
      console.log(`${GROUPS} groups: ${Math.round(performance.now() - started)} ms (goal 1000)`);
      expect(await page.title()).toBe(`Rampart: ${GROUPS} of ${GROUPS} groups converged`);
      expect(await page.locator('tbody tr').count()).toBe(100);
      await page.getByLabel('Group, region or account').fill('sg-0177');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/?q=sg-0177');
      expect(await page.locator('tbody tr').count()).toBe(1);
      await page.getByRole('link', { name: 'sg-0177' }).click();
      await page.waitForURL('**/groups/default/cn-hangzhou/sg-0177');
      expect(await page.locator('h1').textContent()).toContain('sg-0177');
    });
  });

  test('a change is seen without a reload, and what a person types meanwhile stays', async () => {
    await onPage(`/groups/default/cn-hangzhou/${idOf(5)}`, async (page) => {
      expect(await page.locator('tbody').first().textContent()).not.toContain('8443');
      const rules = [...WEB_RULES, 'name: admin, protocol: tcp, ports: 8443, from: 0.0.0.0/0'];
      const from = daemon.lines.length;
      workspace.write(`policies/${idOf(5)}.yaml`, policyFor(idOf(5), rules));
      await daemon.event('group.converged', { group: idOf(5) }, from);
      const converged = performance.now();
      await page
        .getByText('tcp 8443')
        .first()
        .waitFor({ timeout: GOAL_MS * 10 });
      console.log(
        `seen ${Math.round(performance.now() - converged)} ms after it converged (goal ${GOAL_MS})`,
      );
    });
    await onPage('/', async (page) => {
      await page.getByLabel('Group, region or account').fill('sg-00');
      const from = daemon.lines.length;
      workspace.write(`policies/${idOf(6)}.yaml`, policyFor(idOf(6), []));
      await daemon.event('group.converged', { group: idOf(6) }, from);
      const row = page.locator('tr', { has: page.getByRole('link', { name: idOf(6) }) });
      await row.filter({ hasNotText: '443' }).waitFor({ timeout: GOAL_MS * 10 });
      expect(await page.getByLabel('Group, region or account').inputValue()).toBe('sg-00');
    });
  });

  test('the squares of the picture are what rampart check says', async () => {
    const id = idOf(7);
    const rules = [
      ...WEB_RULES,
      'name: part, protocol: tcp, ports: 8000-8010, from: 10.2.0.0/16, priority: 2',
      'name: not, protocol: tcp, ports: 8005, from: 10.2.0.0/16, action: drop',
    ];
    const from = daemon.lines.length;
    workspace.write(`policies/${id}.yaml`, policyFor(id, rules));
    await daemon.event('group.converged', { group: id }, from);
    await onPage(`/groups/default/cn-hangzhou/${id}`, async (page) => {
      const titles = await page.locator('svg rect title').allTextContents();
      expect(titles).toContain('internet: tcp 443');
      expect(titles).toContain('10.2.0.0/16: tcp 8000-8010 in part');
      expect(await page.locator('svg rect.exposed').count()).toBe(1);
      const check = async (port: number, peer: string): Promise<number | null> =>
        (
          await workspace.run(
            `check --group ${id} --direction ingress --protocol tcp --port ${port} --peer ${peer}`.split(' '),
          )
        ).code;
      expect(await check(443, '198.51.100.7')).toBe(0);
      expect(await check(22, '198.51.100.7')).toBe(2);
      expect(await check(8000, '10.2.0.1')).toBe(0);
      expect(await check(8005, '10.2.0.1')).toBe(2);
    });
  });

  test('it works without a script', async () => {
    await onPage(
      `/?q=${idOf(8)}`,
      async (page) => {
        await page.getByRole('link', { name: idOf(8) }).click();
        expect(await page.locator('svg[role=img]').count()).toBe(1);
        expect(await page.locator('meta[http-equiv=refresh]').count()).toBe(1);
      },
      { javaScriptEnabled: false },
    );
  });

  test('the keyboard leads past the head to the content, and through the pages', async () => {
    await onPage('/', async (page) => {
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.textContent')).toBe('To the content');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/revisions');
      expect(await page.locator('nav a[aria-current]').textContent()).toBe('Revisions');
    });
  });

  test.for(['/', '/revisions', '/lanes', `/groups/default/cn-hangzhou/${idOf(9)}`])(
    '%s: axe finds nothing, light and dark, and on a phone nothing sticks out',
    async (path) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const check = async (page: Page): Promise<void> =>
          expect(await accessibilityProblems(page)).toEqual([]);
        await onPage(path, check, { colorScheme, bypassCSP: true });
      }
      const fits = async (page: Page): Promise<void> => {
        const [width, shown] = await page.evaluate<[number, number]>(
          '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
        );
        expect(width).toBeLessThanOrEqual(shown);
      };
      await onPage(path, fits, { viewport: { width: 360, height: 740 } });
    },
  );
});
