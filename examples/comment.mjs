// Puts a page under a pull request as one comment: the next run updates it. The page begins with the marker by which it
// is found again. A copy of this file lies in the repository of the policies; it needs nothing but Node.js.
//
//   rampart plan --base REV --format markdown --marker policies > page.md; node comment.mjs page.md
import { readFileSync } from 'node:fs';

const { env } = process;
const page = readFileSync(process.argv[2] ?? '', 'utf8');
const marker = page.slice(0, page.indexOf('\n'));
if (!/^<!-- rampart: \S+ -->$/.test(marker)) throw new Error('the page does not begin with a marker');

const isOurs = (text) => typeof text === 'string' && text.startsWith(`${marker}\n`);

async function call(url, headers, method = 'GET', body = undefined) {
  const answer = await fetch(url, {
    method,
    headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(30_000),
  });
  if (!answer.ok) throw new Error(`${method} ${new URL(url).pathname}: ${answer.status}`);
  return answer.json();
}

/** The first of all that is meant; of at most 5,000. */
async function firstOf(pageUrl, headers, isMeant) {
  for (let number = 1; number <= 50; number += 1) {
    const items = await call(pageUrl(number), headers);
    const found = items.find(isMeant);
    if (found !== undefined || items.length < 100) return found;
  }
  return undefined;
}

async function github() {
  const headers = { authorization: `Bearer ${env.GITHUB_TOKEN}` };
  const issues = `${env.GITHUB_API_URL}/repos/${env.GITHUB_REPOSITORY}/issues`;
  const comments = `${issues}/${env.NUMBER}/comments`;
  const old = await firstOf(
    (number) => `${comments}?per_page=100&page=${number}`,
    headers,
    ({ body, user }) => user?.login === 'github-actions[bot]' && isOurs(body),
  );
  if (old === undefined) await call(comments, headers, 'POST', { body: page });
  else await call(`${issues}/comments/${old.id}`, headers, 'PATCH', { body: page });
}

async function gitlab() {
  const headers = { 'private-token': env.RAMPART_COMMENT_TOKEN };
  const api = env.CI_API_V4_URL;
  const request = `${api}/projects/${env.CI_MERGE_REQUEST_PROJECT_ID}/merge_requests/${env.CI_MERGE_REQUEST_IID}`;
  const me = await call(`${api}/user`, headers);
  const old = await firstOf(
    (number) => `${request}/notes?per_page=100&page=${number}`,
    headers,
    ({ body, author }) => author?.id === me.id && isOurs(body),
  );
  if (old === undefined) await call(`${request}/notes`, headers, 'POST', { body: page });
  else await call(`${request}/notes/${old.id}`, headers, 'PUT', { body: page });
}

/** A pipeline is not told the number of its merge request: it is the open one of this branch. */
async function codeup() {
  const headers = { 'x-yunxiao-token': env.RAMPART_COMMENT_TOKEN };
  const api = env.YUNXIAO_API_URL ?? 'https://openapi-rdc.aliyuncs.com';
  const organization = `${api}/oapi/v1/codeup/organizations/${env.YUNXIAO_ORGANIZATION}`;
  const repository = encodeURIComponent(env.YUNXIAO_REPOSITORY ?? '');
  const request = await firstOf(
    (number) =>
      `${organization}/changeRequests?projectIds=${repository}&state=opened&page=${number}&perPage=100`,
    headers,
    ({ sourceBranch }) => sourceBranch === env.CI_COMMIT_REF_NAME,
  );
  if (request === undefined) throw new Error(`no merge request is open for ${env.CI_COMMIT_REF_NAME}`);
  const at = `${organization}/repositories/${repository}/changeRequests/${request.localId}`;
  const known = await call(`${at}/comments/list`, headers, 'POST', {
    comment_type: 'GLOBAL_COMMENT',
    state: 'OPENED',
  });
  const old = known.find(({ content }) => isOurs(content));
  if (old !== undefined) {
    await call(`${at}/comments/${old.comment_biz_id}`, headers, 'PUT', { content: page });
    return;
  }
  const sources = (await call(`${at}/diffs/patches`, headers)).filter(
    ({ relatedMergeItemType }) => relatedMergeItemType === 'MERGE_SOURCE',
  );
  const patchset = sources.sort((a, b) => b.versionNo - a.versionNo)[0]?.patchSetBizId;
  const comment = { comment_type: 'GLOBAL_COMMENT', content: page, draft: false, resolved: false };
  await call(`${at}/comments`, headers, 'POST', { ...comment, patchset_biz_id: patchset });
}

if (env.GITHUB_API_URL !== undefined) await github();
else if (env.CI_API_V4_URL !== undefined) await gitlab();
else await codeup();
