// Accidents on the way to a git host over ssh: its key is another one, ours is refused, or something else answers. The
// last good commit goes on to be enforced, and is followed by the next one when all is well again.
import { mkdirSync, renameSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../support/free-port.ts';
import { expectLastGood, GitAccidentWorld, type GitAccident } from '../../support/git-accident.ts';
import { GitSshServer } from '../../support/git-ssh-server.ts';
import { onlyWith } from '../../support/optional-tool.ts';

const UNREACHABLE = 'policies.unreachable';

let world: GitAccidentWorld;
let host: GitSshServer;
let port: number;

const ACCIDENTS: readonly GitAccident[] = [
  {
    title: 'it no longer listens',
    happens: () => host.stop(),
    told: [UNREACHABLE, {}, 'Connection refused'],
    restarted: true,
  },
  {
    title: 'it shows the key of another host',
    happens: async () => {
      await host.stop();
      await host.start('other-host');
    },
    told: [UNREACHABLE, {}, 'Host key verification failed'],
    restarted: true,
  },
  {
    title: 'it no longer takes our key',
    happens: () => host.admit(null),
    told: [UNREACHABLE, {}, 'Permission denied'],
    restarted: true,
  },
  {
    title: 'it runs another program than git',
    happens: () => host.admit('command="echo Welcome to this host"'),
    told: [UNREACHABLE, {}, 'protocol error'],
  },
  {
    title: 'it runs a program that says nothing and ends',
    happens: () => host.admit('command="true"'),
    told: [UNREACHABLE, {}, 'Could not read from remote repository'],
  },
  {
    title: 'the file of known hosts is gone',
    happens: () => renameSync(host.knownHosts, `${host.knownHosts}.gone`),
    told: [UNREACHABLE, {}, 'Host key verification failed'],
  },
];

const register = (): void => {
  beforeAll(async () => {
    port = await freePort();
    world = await GitAccidentWorld.open({
      url: ({ remote }) => host.urlOf(remote),
      prepare: async ({ workspace }) => {
        const folder = path.join(workspace.folder, 'ssh');
        mkdirSync(folder);
        host = new GitSshServer(folder, port);
        await host.start();
        return `auth: {sshKeyFile: "${host.userKey}", knownHostsFile: "${host.knownHosts}"}`;
      },
    });
  });
  afterAll(async () => {
    await world.close();
    await host.stop();
  });

  describe('the last good commit stays in force where', () => {
    afterEach(async () => {
      await host.stop();
      host.admit();
      await host.start();
      await world.mend();
    });

    for (const accident of ACCIDENTS) {
      test(accident.title, async () => {
        await expectLastGood(world, accident);
        if (accident.title.includes('known hosts')) renameSync(`${host.knownHosts}.gone`, host.knownHosts);
      });
    }

    test('something takes the connection and never says a word', async () => {
      await host.stop();
      const taking: Socket[] = [];
      const silent = createServer((socket) => taking.push(socket));
      const taken = new Promise<void>((resolve) => silent.once('connection', () => resolve()));
      await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve));
      await taken;
      await world.expectInForce();
      const gone = await world.daemon.line(
        ({ event, err }) => event === UNREACHABLE && String(err).includes('banner'),
      );
      expect(gone.err).toContain('timed out');
      const closed = new Promise((resolve) => silent.close(resolve));
      for (const socket of taking) socket.destroy();
      await closed;
    });
  });
};

onlyWith('sshd', describe)('a git host over ssh has an accident', register);
