// The pages of the daemon: which address shows what. They read, and change nothing.
import { setImmediate } from 'node:timers/promises';
import { Hono } from 'hono';
import type { GroupRef } from '../../../reconciler/model/group.ts';
import { createHash } from 'node:crypto';
import { JournalError } from '../../journal/journal.ts';
import type { DaemonView, GroupOfDaemon } from '../status.ts';
import { estatePage, groupsFound, onPage, type EstateQuery } from './estate-page.ts';
import { Exposures } from './exposures.ts';
import { groupPage } from './group-page.ts';
import { groupPath } from './group-state.ts';
import { lanesPage } from './lanes-page.ts';
import { LIVE_SCRIPT } from './live.ts';
import { newestCalls, pastOfGroup, type PastDesk } from './past.ts';
import { reachPicture } from './reach-picture.ts';
import { revisionsPage } from './revisions-page.ts';
import { seenRules } from './seen-group.ts';
import { exposureText } from './service-text.ts';
import { PAGE_STYLE } from './style.ts';
import { knownGroup, type GroupRecord } from '../../schedule/group-record.ts';

export interface PagePorts {
  readonly view: () => DaemonView;
  /** Null: no policy names it. */
  readonly record: (group: GroupRef) => GroupRecord | null;
  readonly desk: PastDesk;
  /** Unix milliseconds. */
  readonly nowMs: () => number;
}

const sourceHash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** What the pages may do in a browser: nothing but their own style and script, and questions to where they came from. */
export const PAGE_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src ${sourceHash(PAGE_STYLE)}`,
  `script-src ${sourceHash(LIVE_SCRIPT)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

export interface PageAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Answers for the path and query of an address, which begins with `/`; 404 where there is no page. */
export type Pages = (address: string) => Promise<PageAnswer>;

export function createPages(ports: PagePorts): Pages {
  const exposures = new Exposures();
  const pages = new Hono();
  pages.get('/', async (context) => {
    const view = ports.view();
    const query = queryOf((name) => context.req.query(name));
    const found = groupsFound(view.groups.listed(), query);
    const shown = onPage(found, query).flatMap((listed) => view.groups.statusOf(listed) ?? []);
    const exposed = await exposureTexts(shown, exposures, ports);
    const exposureOf = (group: GroupOfDaemon): string => exposed.get(groupPath(group)) ?? '';
    return context.html(estatePage({ view, query, found: found.length, shown, exposureOf }));
  });
  pages.get('/groups/:account/:region/:id', async (context) => {
    const { account, region, id } = context.req.param();
    const { rampart, groups } = ports.view();
    const group = groups.statusOf({ account, region, id });
    const record = ports.record({ account, region, id });
    if (group === null || record === null) return context.text('no policy names this group\n', 404);
    const nowMs = ports.nowMs();
    const known = knownGroup(record);
    return context.html(
      groupPage({
        ...{ rampart, group },
        rules: seenRules(known, nowMs),
        openings: exposures.of(known, nowMs),
        picture: reachPicture(known, nowMs),
        past: await pastOfGroup(ports.desk, group, nowMs),
      }),
    );
  });
  pages.get('/revisions', async (context) => {
    const { rampart, policies } = ports.view();
    const { commits } = await ports.desk.estateFacts();
    const calls = await newestCalls(ports.desk);
    return context.html(revisionsPage({ rampart, inForce: policies.revision, commits, calls }));
  });
  pages.get('/lanes', (context) => context.html(lanesPage(ports.view())));
  // Browsers ask for it whatever a page says.
  pages.get('/favicon.ico', (context) => context.body(null, 204));
  pages.notFound((context) => context.text('not found\n', 404));
  pages.onError((error, context) => {
    if (error instanceof JournalError)
      return context.text(`the journal cannot be read: ${error.message}\n`, 503);
    throw error;
  });
  return async (address) => {
    const answer = await pages.request(address);
    const contentType = (answer.headers.get('Content-Type') ?? 'text/plain; charset=utf-8').toLowerCase();
    return { status: answer.status, contentType, body: await answer.text() };
  };
}

function queryOf(given: (name: string) => string | undefined): EstateQuery {
  const page = Number(given('page'));
  return {
    text: given('q') ?? '',
    state: given('state') ?? '',
    page: Number.isInteger(page) && page > 0 ? page : 1,
  };
}

/** By path. Between two groups whatever else is due goes on. */
async function exposureTexts(
  groups: readonly GroupOfDaemon[],
  exposures: Exposures,
  { record, nowMs }: PagePorts,
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const group of groups) {
    const of = record(group);
    if (of === null) continue;
    const { opened, exact } = exposures.of(knownGroup(of), nowMs());
    const text = opened.map(exposureText).join(', ');
    texts.set(groupPath(group), exact || text === '' ? text : `at most ${text}`);
    await setImmediate();
  }
  return texts;
}
