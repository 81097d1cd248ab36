// Accidents on the way to a git host over https: certificates, tokens, answers of something else, and answers that never
// end. The last good commit goes on to be enforced, nothing waits for the host, and no secret gets out.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { expectLastGood, GitAccidentWorld, type GitAccident } from '../../support/git-accident.ts';
import { policyOf } from '../../support/git-estate.ts';
import { startGitHost, type GitHost } from '../../support/git-https-server.ts';
import { textsUnder } from '../../support/living-folder.ts';
import { onlyWith } from '../../support/optional-tool.ts';

const TOKEN = 'glpat-accident-0123456789';
const PAIR = Buffer.from(`x-access-token:${TOKEN}`).toString('base64');
const UNREACHABLE = 'policies.unreachable';

let world: GitAccidentWorld;
let host: GitHost;

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** Something else answers from now on: everything, or only what fetches. */
const answerWith = (answer: Answer): void => {
  host.answer = ({ request }, response) => {
    answer(response, request);
    return true;
  };
};
const answerFetches = (answer: (response: ServerResponse) => void): void => {
  host.answer = ({ body }, response) => {
    if (!body.includes('command=fetch')) return false;
    answer(response);
    return true;
  };
};

const pushBad = (): void => {
  world.pushPolicies(world.policyTree(policyOf([22])));
};

const PACK = { 'Content-Type': 'application/x-git-upload-pack-result' };
const REFS = { 'Content-Type': 'application/x-git-upload-pack-advertisement' };

/** A line of git's protocol. */
const packet = (text: string | Buffer): Buffer => {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
};

const ACCIDENTS: readonly GitAccident[] = [
  {
    title: 'its certificate has expired',
    happens: () => host.showExpired(true),
    told: [UNREACHABLE, {}, 'certificate'],
    restarted: true,
  },
  {
    title: 'it no longer takes the token',
    happens: () => answerWith((response) => response.writeHead(401, { 'WWW-Authenticate': 'Basic' }).end()),
    told: [UNREACHABLE, {}, 'could not read Username'],
    restarted: true,
  },
  {
    title: 'it forbids the repository',
    happens: () => answerWith((response) => response.writeHead(403).end(`what you sent was ${PAIR}`)),
    told: [UNREACHABLE, {}, '403'],
  },
  {
    title: 'it no longer has the repository',
    happens: () => answerWith((response) => response.writeHead(404).end()),
    told: [UNREACHABLE, {}, 'not found'],
  },
  {
    title: 'it is overloaded',
    happens: () => answerWith((response) => response.writeHead(503).end()),
    told: [UNREACHABLE, {}, '503'],
  },
  {
    title: 'it answers with a page for people',
    happens: () =>
      answerWith((response) =>
        response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>\n<p>Log in</p>\n</html>\n'),
      ),
    told: [UNREACHABLE, {}, 'is this a git repository'],
  },
  {
    title: 'it cuts the connection',
    happens: () => answerWith((_, { socket }) => socket.destroy()),
    told: [UNREACHABLE, {}, 'unable to access'],
  },
  {
    title: 'it has only files, and cannot give a part of the history',
    happens: () => {
      const id = world.inForce;
      answerWith((response, request) => {
        const isRefs = request.url?.includes('/info/refs') === true;
        response.writeHead(isRefs ? 200 : 404, { 'Content-Type': 'text/plain' });
        response.end(isRefs ? `${id.replace(/^./, id.startsWith('0') ? '1' : '0')}\trefs/heads/main\n` : '');
      });
    },
    told: [UNREACHABLE, {}, 'dumb http transport does not support shallow'],
    restarted: true,
  },
  {
    title: 'it names refs without an end',
    happens: () =>
      answerWith((response) => {
        response.writeHead(200, REFS);
        response.write(Buffer.concat([packet('# service=git-upload-pack\n'), Buffer.from('0000')]));
        const names = (from: number): Buffer =>
          Buffer.concat(
            Array.from({ length: 1000 }, (_unused, at) =>
              packet(`${'1'.repeat(40)} refs/heads/${from + at}${from + at === 0 ? '\0' : ''}\n`),
            ),
          );
        for (let at = 0; at < 100_000; at += 1000) response.write(names(at));
        response.end('0000');
      }),
    told: [UNREACHABLE, {}, 'ref'],
  },
  {
    title: 'the pack ends in the middle',
    happens: () => {
      answerFetches((response) => {
        response.writeHead(200, PACK);
        response.end(Buffer.concat([packet('packfile\n'), packet('\x01PACK\0\0\0\x02\0\0\0\x09')]));
      });
      pushBad();
    },
    told: [UNREACHABLE, {}, ''],
    restarted: true,
  },
  {
    title: 'the pack is garbage',
    happens: () => {
      answerFetches((response) => response.writeHead(200, PACK).end('garbage'.repeat(1000)));
      pushBad();
    },
    told: [UNREACHABLE, {}, 'bad line length'],
  },
];

const register = (): void => {
  beforeAll(async () => {
    world = await GitAccidentWorld.open({
      url: () => `${host.url}/remote.git`,
      prepare: async ({ workspace }) => {
        host = await startGitHost(workspace.folder, TOKEN);
        return `auth: {caFile: "${host.caFile}", tokenEnv: GIT_TOKEN}`;
      },
      env: { GIT_TOKEN: TOKEN },
    });
  });
  afterAll(async () => {
    await world.close();
    await host.close();
  });
  afterEach(async () => {
    host.answer = null;
    host.showExpired(false);
    await world.mend();
  });

  describe('the last good commit stays in force, and no secret is shown, where', () => {
    for (const accident of ACCIDENTS) {
      test(accident.title, async () => {
        await expectLastGood(world, accident);
        expectNoSecret();
      });
    }

    test('it points to another host, which is not asked', async () => {
      const asked: Array<string | undefined> = [];
      const other = createPlainServer((request, response) => {
        asked.push(request.headers.authorization);
        response.end();
      });
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const { port } = other.address() as AddressInfo;
      const location = `http://127.0.0.1:${port}/remote.git/info/refs?service=git-upload-pack`;
      await expectLastGood(world, {
        title: '',
        happens: () => answerWith((response) => response.writeHead(302, { location }).end()),
        told: [UNREACHABLE, {}, '302'],
      });
      expect(asked).toEqual([]);
      await new Promise((resolve) => other.close(resolve));
    });

    test('it is asked: the token stands in no command line', async () => {
      const lines: string[] = [];
      host.answer = () => {
        lines.push(...commandLines());
        return false;
      };
      await world.mend();
      expect(lines.some((line) => line.includes('git-remote-https'))).toBe(true);
      expect(lines.filter((line) => line.includes(TOKEN) || line.includes(PAIR))).toEqual([]);
    });
  });

  describe('what is in force goes on to be enforced while', () => {
    test('the host takes the question and never answers', async () => {
      const asked = new Promise<void>((resolve) => answerWith(() => resolve()));
      await asked;
      await world.expectInForce();
      const gone = await world.daemon.event(UNREACHABLE, {}, world.daemon.lines.length);
      expect(gone.err).toMatch(/too slow|did not come to its end/);
    });

    test('the host hands out a pack byte by byte, and the daemon is killed meanwhile', async () => {
      let timer: NodeJS.Timeout | undefined;
      const asked = new Promise<void>((resolve) => {
        answerFetches((response) => {
          response.writeHead(200, PACK).write(packet('packfile\n'));
          timer = setInterval(() => response.write(packet('\x02.')), 500);
          resolve();
        });
      });
      pushBad();
      await asked;
      await world.expectInForce();
      await world.restart('SIGKILL');
      await world.expectInForce();
      clearInterval(timer);
    });
  });
};

onlyWith('openssl', describe)('a git host over https has an accident', register);

/** Of every process of this machine. */
function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [readFileSync(`/proc/${name}/cmdline`, 'utf8')];
      } catch {
        return [];
      }
    });
}

function expectNoSecret(): void {
  const { folder, mirrorFolder } = world.estate.workspace;
  const folders = [path.join(folder, '.rampart'), mirrorFolder].filter((each) => existsSync(each));
  const texts = folders.flatMap((each) => textsUnder(each));
  // The journal or the mirror at least.
  expect(texts.length).toBeGreaterThan(1);
  for (const text of [world.daemon.output, ...texts]) {
    expect(text.includes(TOKEN) || text.includes(PAIR)).toBe(false);
  }
}
