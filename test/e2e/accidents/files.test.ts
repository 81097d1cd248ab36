// Accidents with files: half of one, none, another thing in its place, or one that is not committed.
//
// Before there was a brake (3ed103f) these held already, and are here so that they go on holding: the folder taken away,
// a folder or a dead link in the place of a file, merge conflict marks, a misspelt key, a renamed network.
import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { test } from 'vitest';
import {
  expectHarmless,
  isEvent,
  portRules,
  wirePorts,
  type Accident,
  type AccidentSetting,
  type AccidentWorld,
} from '../../support/accident.ts';
import { policyFor, wireGroup } from '../../support/estate.ts';

const POLICY = policyFor('sg-web', portRules(8001, 30));
const WEB: AccidentSetting = {
  state: { securityGroups: [wireGroup('sg-web', wirePorts(8001, 30))] },
  files: { 'policies/web.yaml': POLICY },
};
const COMMITTED: AccidentSetting = { ...WEB, committed: true, policies: 'requireClean: true' };

const rejected = (code: string) => isEvent('policies.rejected', code);
const folderOf = ({ workspace }: AccidentWorld): string => workspace.folder;

/** The length of the first so many whole lines. */
const endOfLine = (lines: number): number => POLICY.split('\n').slice(0, lines).join('\n').length + 1;

const accidents: readonly Accident[] = [
  {
    title: 'a policy file emptied by the shell takes nothing with it',
    setting: WEB,
    happens: (world) => truncateSync(`${folderOf(world)}/policies/web.yaml`, 0),
    told: rejected('truncated'),
    group: 'sg-web',
  },
  {
    title: 'the first half of a policy file, cut inside a line, is never taken',
    setting: WEB,
    happens: (world) => truncateSync(`${folderOf(world)}/policies/web.yaml`, endOfLine(20) - 6),
    told: rejected('truncated'),
    group: 'sg-web',
  },
  {
    title: 'the first half of a policy file, cut at the end of a line, waits',
    setting: WEB,
    happens: (world) => truncateSync(`${folderOf(world)}/policies/web.yaml`, endOfLine(20)),
    told: rejected('truncated'),
    group: 'sg-web',
  },
  {
    title: 'the folder of the policies replaced by a file is missing, not empty',
    setting: WEB,
    happens: (world) => {
      renameSync(`${folderOf(world)}/policies`, `${folderOf(world)}/away`);
      writeFileSync(`${folderOf(world)}/policies`, 'version: 1\ngroups: []\n');
      world.daemon.kill('SIGHUP');
    },
    told: isEvent('policies.rejected'),
    group: 'sg-web',
  },
  {
    title: 'the folder of the policies taken away releases no group',
    setting: WEB,
    happens: (world) => renameSync(`${folderOf(world)}/policies`, `${folderOf(world)}/away`),
    told: isEvent('policies.rejected'),
    group: 'sg-web',
  },
  {
    title: 'a policy file that becomes a folder takes nothing with it',
    setting: WEB,
    happens: (world) => {
      rmSync(`${folderOf(world)}/policies/web.yaml`);
      mkdirSync(`${folderOf(world)}/policies/web.yaml`);
      world.daemon.kill('SIGHUP');
    },
    told: isEvent('policies.rejected'),
    group: 'sg-web',
  },
  {
    title: 'a link that leads nowhere in the place of a policy file takes nothing with it',
    setting: WEB,
    happens: (world) => {
      rmSync(`${folderOf(world)}/policies/web.yaml`);
      symlinkSync('nowhere.yaml', `${folderOf(world)}/policies/web.yaml`);
      world.daemon.kill('SIGHUP');
    },
    told: isEvent('policies.rejected'),
    group: 'sg-web',
  },
  {
    title: 'the marks of a merge conflict are no policy',
    setting: WEB,
    happens: ({ write }) =>
      write('policies/web.yaml', `<<<<<<< HEAD\n${POLICY}=======\nversion: 1\n>>>>>>> other\n`),
    told: isEvent('policies.rejected'),
    group: 'sg-web',
  },
  {
    title: 'two megabytes of brackets are refused',
    setting: WEB,
    happens: ({ write }) => write('policies/web.yaml', '['.repeat(2_000_000)),
    told: isEvent('policies.rejected'),
    group: 'sg-web',
  },
  {
    title: 'two megabytes of quotation marks are refused',
    setting: WEB,
    happens: ({ write }) => write('policies/web.yaml', '"'.repeat(2_000_000)),
    told: isEvent('policies.rejected'),
    group: 'sg-web',
  },
  {
    title: 'a misspelt key is not taken for a direction that is not managed',
    setting: WEB,
    happens: ({ write }) => write('policies/web.yaml', POLICY.replace('ingress:', 'ingres:')),
    told: isEvent('policies.rejected'),
    group: 'sg-web',
  },
  {
    title: 'a network renamed in one file does not empty the rules of another',
    setting: {
      ...WEB,
      files: {
        'policies/web.yaml': policyFor('sg-web', portRules(8001, 30, 'from: inside')),
        'policies/names.yaml': 'version: 1\nnetworks: {inside: [10.0.0.0/8]}\n',
      },
    },
    happens: ({ write }) => write('policies/names.yaml', 'version: 1\nnetworks: {within: [10.0.0.0/8]}\n'),
    told: isEvent('policies.rejected'),
    group: 'sg-web',
  },
  {
    title: 'an edit that is not committed is not taken where commits are required',
    setting: COMMITTED,
    happens: ({ write }) => write('policies/web.yaml', `${POLICY}# an edit\n`.replace('8001', '9001')),
    told: rejected('uncommitted'),
    group: 'sg-web',
  },
  {
    title: 'a file that is not committed is not taken where commits are required',
    setting: COMMITTED,
    happens: ({ write }) => write('policies/more.yaml', 'version: 1\nnetworks: {lab: [10.1.0.0/16]}\n'),
    told: rejected('uncommitted'),
    group: 'sg-web',
  },
];

test.concurrent.each(accidents)('$title', (accident) => expectHarmless(accident));
