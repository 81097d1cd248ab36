// A daemon whose port someone else has: the message names the key of the config, and what to do, once.
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configFor } from '../support/estate.ts';
import { Workspace } from '../support/rampart.ts';

const taken = createServer();
let workspace: Workspace;
let port: number;

beforeEach(async () => {
  workspace = new Workspace();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  ({ port } = taken.address() as AddressInfo);
});
afterEach(async () => {
  taken.close();
  await workspace.dispose();
});

const told = (key: string, others = ''): RegExp =>
  new RegExp(
    `^rampart: .*listen on \\S*127\\.0\\.0\\.1:${port}: .*EADDRINUSE.*; end what has the port \\(\`ss -ltnp\` shows it\\), ` +
      `or write another ADDRESS:PORT${others} for \`${key.replaceAll('.', '\\.')}\` in the config\n$`,
  );

test('the port of http.listen', async () => {
  workspace.write('config.yaml', configFor('http://127.0.0.1:9').replace('"off"', `"127.0.0.1:${port}"`));
  workspace.write('policies/empty.yaml', 'version: 1\n');
  const { code, stderr } = await workspace.run(['run']);
  expect(code).toBe(1);
  expect(stderr).toMatch(told('http.listen', ', or off,'));
});

test('the port of emulator.listen', async () => {
  workspace.write('config.yaml', `${configFor('embedded')}emulator: {listen: "127.0.0.1:${port}"}\n`);
  workspace.write('policies/empty.yaml', 'version: 1\n');
  const { code, stderr } = await workspace.run(['run']);
  expect(code).toBe(1);
  expect(stderr).toMatch(told('emulator.listen'));
});

test.each([
  ['the flag', [], '`--listen`'],
  ['the key of its config', ['--config', 'config.yaml'], '`emulator.listen` in the config'],
])('the port of `rampart emulator`, by %s that has it', async (_, flags, where) => {
  workspace.write('config.yaml', `${configFor('embedded')}emulator: {listen: "127.0.0.1:${port}"}\n`);
  const listen = flags.length === 0 ? ['--listen', `127.0.0.1:${port}`] : flags;
  const { code, stderr } = await workspace.runHere(['emulator', ...listen]);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^rampart: the emulator cannot listen: listen EADDRINUSE.*; end what has the port .*\n$/,
  );
  expect(stderr).toContain(`or write another ADDRESS:PORT for ${where}\n`);
});
