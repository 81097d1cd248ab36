// The parts of GitHub, GitLab and Codeup (Alibaba Cloud DevOps) that a comment under a pull request needs, over real HTTP,
// with their limits. Each has comments of others, more than fit on a page, which no one else may change.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export const TOKEN = 'secret-of-the-pipeline';
export const PLATFORMS = ['github', 'gitlab', 'codeup'] as const;
export type PlatformName = (typeof PLATFORMS)[number];

export interface Comment {
  readonly id: number;
  readonly author: string;
  text: string;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Longest comment, in the unit that the platform's manual names. */
const LIMITS: Readonly<Record<PlatformName, number>> = { github: 65_536, gitlab: 1_000_000, codeup: 65_535 };

const OURS: Readonly<Record<PlatformName, string>> = {
  github: 'github-actions[bot]',
  gitlab: '42',
  codeup: 'me',
};

const HEADERS: Readonly<Record<PlatformName, readonly [name: string, value: string]>> = {
  github: ['authorization', `Bearer ${TOKEN}`],
  gitlab: ['private-token', TOKEN],
  codeup: ['x-yunxiao-token', TOKEN],
};

export class FakePlatform {
  readonly comments: Comment[] = [];
  readonly #name: PlatformName;
  readonly #server = createServer((request, response) => {
    void this.#answer(request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });

  constructor(name: PlatformName, marker: string) {
    this.#name = name;
    for (let at = 0; at < 130; at += 1) this.#add('somebody', at === 3 ? `> ${marker}\n` : `comment ${at}`);
    // Whoever writes our marker is not us. Codeup does not say by whom a token speaks.
    if (name !== 'codeup') this.#add('somebody', `${marker}\nnothing changes, merge me\n`);
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get ours(): Comment[] {
    return this.comments.filter(({ author }) => author === OURS[this.#name]);
  }

  #add(author: string, text: string): Comment {
    const comment = { id: this.comments.length + 1, author, text };
    this.comments.push(comment);
    return comment;
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const [header, value] = HEADERS[this.#name];
    if (request.headers[header] !== value) return { status: 401, body: {} };
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const sent = Buffer.concat(parts).toString();
    const body = (sent === '' ? {} : JSON.parse(sent)) as Record<string, unknown>;
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    const route = `${request.method ?? ''} ${pathname}`;
    switch (this.#name) {
      case 'github':
        return this.#github(route, searchParams, body);
      case 'gitlab':
        return this.#gitlab(route, searchParams, body);
      case 'codeup':
        return this.#codeup(route, body);
    }
  }

  #github(route: string, query: URLSearchParams, { body }: Record<string, unknown>): Answer {
    const shown = ({ id, author, text }: Comment) => ({ id, body: text, user: { login: author } });
    if (route === 'GET /repos/org/policies/issues/7/comments') {
      return { status: 200, body: this.#paged(query).map(shown) };
    }
    if (route === 'POST /repos/org/policies/issues/7/comments') return this.#create(body);
    return this.#update(/^PATCH \/repos\/org\/policies\/issues\/comments\/(\d+)$/.exec(route), body);
  }

  #gitlab(route: string, query: URLSearchParams, { body }: Record<string, unknown>): Answer {
    const shown = ({ id, author, text }: Comment) => ({ id, body: text, author: { id: Number(author) } });
    const notes = '/projects/11/merge_requests/7/notes';
    if (route === 'GET /user') return { status: 200, body: { id: Number(OURS.gitlab) } };
    if (route === `GET ${notes}`) return { status: 200, body: this.#paged(query).map(shown) };
    if (route === `POST ${notes}`) return this.#create(body);
    return this.#update(new RegExp(`^PUT ${notes}/(\\d+)$`).exec(route), body);
  }

  #codeup(route: string, body: Record<string, unknown>): Answer {
    const api = '/oapi/v1/codeup/organizations/ORGANIZATION';
    const request = `${api}/repositories/ORGANIZATION%2Fpolicies/changeRequests/7`;
    switch (route) {
      case `GET ${api}/changeRequests`:
        return {
          status: 200,
          body: [
            { localId: 6, sourceBranch: 'other' },
            { localId: 7, sourceBranch: 'change' },
          ],
        };
      case `GET ${request}/diffs/patches`:
        return { status: 200, body: PATCHES };
      case `POST ${request}/comments/list`:
        return {
          status: 200,
          body: this.comments.map(({ id, text }) => ({ comment_biz_id: String(id), content: text })),
        };
      case `POST ${request}/comments`: {
        const isWhole = body.draft === false && body.resolved === false && body.patchset_biz_id === 'newest';
        return isWhole && body.comment_type === 'GLOBAL_COMMENT'
          ? this.#create(body.content)
          : { status: 400, body: {} };
      }
      default:
        return this.#update(new RegExp(`^PUT ${request}/comments/(\\d+)$`).exec(route), body.content);
    }
  }

  /** Pages of a hundred, as all three have at most. */
  #paged(query: URLSearchParams): Comment[] {
    const size = Math.min(100, Number(query.get('per_page') ?? 20));
    const page = Number(query.get('page') ?? 1);
    return this.comments.slice((page - 1) * size, page * size);
  }

  #create(text: unknown): Answer {
    if (!this.#isShort(text)) return { status: 422, body: {} };
    return { status: 201, body: { id: this.#add(OURS[this.#name], text).id } };
  }

  #update(match: RegExpExecArray | null, text: unknown): Answer {
    const comment = this.comments.find(({ id }) => String(id) === match?.[1]);
    if (comment === undefined) return { status: 404, body: {} };
    if (comment.author !== OURS[this.#name]) return { status: 403, body: {} };
    if (!this.#isShort(text)) return { status: 422, body: {} };
    comment.text = text;
    return { status: 200, body: { id: comment.id } };
  }

  #isShort(text: unknown): text is string {
    return typeof text === 'string' && text !== '' && text.length <= LIMITS[this.#name];
  }
}

const PATCHES = [
  { patchSetBizId: 'older', versionNo: 9, relatedMergeItemType: 'MERGE_SOURCE' },
  { patchSetBizId: 'newest', versionNo: 10, relatedMergeItemType: 'MERGE_SOURCE' },
  { patchSetBizId: 'target', versionNo: 11, relatedMergeItemType: 'MERGE_TARGET' },
];
