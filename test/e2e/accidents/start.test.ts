// Accidents before anything runs: a config that is missing, misnamed or says less than it should.
//
// On 3ed103f every one of them fails but the config that a flag names and that does not exist.
import { expect, test } from 'vitest';
import { AccidentWorld, portRules, wirePorts } from '../../support/accident.ts';
import { policyFor, wireGroup } from '../../support/estate.ts';
import { renameSync, readFileSync } from 'node:fs';

const SETTING = {
  state: { securityGroups: [wireGroup('sg-web', wirePorts(8001, 5))] },
  files: { 'policies/web.yaml': policyFor('sg-web', portRules(8001, 6)) },
};

const configOf = ({ workspace }: AccidentWorld): string => `${workspace.folder}/config.yaml`;

interface Refusal {
  readonly title: string;
  readonly before: (world: AccidentWorld) => void;
  readonly command: readonly string[];
  /** Stands in what the command prints to stderr. */
  readonly says: string;
}

const misnamed = (world: AccidentWorld): void =>
  renameSync(configOf(world), `${world.workspace.folder}/config.yml`);
const withoutMode = (world: AccidentWorld): void =>
  world.write('config.yaml', readFileSync(configOf(world), 'utf8').replace('mode: enforce, ', ''));
const nothing = (): void => undefined;

const refusals: readonly Refusal[] = [
  ...(['run', 'plan', 'apply', 'status'] as const).map((command) => ({
    title: `${command} without a config names the misnamed one and writes nothing`,
    before: misnamed,
    command: [command],
    says: 'config.yml',
  })),
  {
    title: 'a config that a flag names and that does not exist is an error',
    before: nothing,
    command: ['run', '--config', 'prod.yaml'],
    says: 'prod.yaml',
  },
  {
    title: 'a config without a mode is an error that names the key',
    before: withoutMode,
    command: ['run'],
    says: 'mode',
  },
  {
    title: 'apply without a terminal writes nothing',
    before: nothing,
    command: ['apply'],
    says: '--yes',
  },
  {
    title: 'apply of another plan than the one named writes nothing',
    before: nothing,
    command: ['apply', '--plan', '0'.repeat(64), '--reason', 'a test'],
    says: 'no longer',
  },
];

test.concurrent.each(refusals)('$title', async ({ before, command, says }) => {
  const world = await AccidentWorld.open(SETTING);
  try {
    before(world);
    const { code, stderr } = await world.workspace.run(command);
    expect(stderr).toContain(says);
    expect(code).toBe(1);
    expect(await world.writes()).toEqual([]);
  } finally {
    await world.close();
  }
});
