// Pictures of the pages for the docs, from a real daemon and a real Chromium: `npm run pictures`.
import { mkdirSync } from 'node:fs';
import { startTestEmulator } from '../test/support/emulator.ts';
import { openBrowser } from '../test/support/browser.ts';
import { configFor, policyFor, wireGroup } from '../test/support/estate.ts';
import { freePort } from '../test/support/free-port.ts';
import { Workspace } from '../test/support/rampart.ts';

const FOLDER = 'docs/pages';
const POLICY = policyFor('sg-web', [
  'name: public-web, protocol: tcp, ports: [80, 443], from: 0.0.0.0/0',
  'name: admin, protocol: tcp, ports: 22, from: 10.0.0.0/8, priority: 2',
  'name: no-guests, protocol: tcp, ports: 22, from: 10.9.0.0/16, action: drop',
  'name: metrics, protocol: tcp, ports: 9100-9110, from: 10.20.0.0/16',
  'name: balancer, protocol: tcp, ports: 8080, from: sg-balancer',
]);
const BY_HAND = {
  IpProtocol: 'TCP',
  PortRange: '3306/3306',
  SourceCidrIp: '0.0.0.0/0',
  Description: 'debug',
};

const SHOTS = [
  { name: 'groups-light', path: '/', colorScheme: 'light', width: 1200 },
  { name: 'groups-dark', path: '/', colorScheme: 'dark', width: 1200 },
  { name: 'group-light', path: '/groups/default/cn-hangzhou/sg-web', colorScheme: 'light', width: 1200 },
  { name: 'group-dark', path: '/groups/default/cn-hangzhou/sg-web', colorScheme: 'dark', width: 1200 },
  { name: 'group-phone', path: '/groups/default/cn-hangzhou/sg-web', colorScheme: 'light', width: 390 },
] as const;

const workspace = new Workspace();
const groups = [wireGroup('sg-web'), wireGroup('sg-db', [BY_HAND]), wireGroup('sg-balancer')];
const emulator = await startTestEmulator({ state: { securityGroups: groups } });
const browser = await openBrowser();
try {
  const port = await freePort();
  const config = configFor(emulator.url).replace('listen: "off"', `listen: "127.0.0.1:${port}"`);
  workspace.write('config.yaml', config);
  workspace.write('policies/web.yaml', POLICY);
  const database = policyFor('sg-db', ['name: database, protocol: tcp, ports: 3306, from: sg-web']);
  workspace.write('policies/db.yaml', database.replace('    region', '    mode: observe\n    region'));
  await workspace.start(['run']).event('daemon.ready');
  mkdirSync(FOLDER, { recursive: true });
  for (const { name, path, colorScheme, width } of SHOTS) {
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
    await page.goto(`http://127.0.0.1:${port}${path}`);
    await page.screenshot({ path: `${FOLDER}/${name}.png`, fullPage: true });
    await page.close();
  }
} finally {
  await browser.close();
  await workspace.dispose();
  await emulator.close();
}
