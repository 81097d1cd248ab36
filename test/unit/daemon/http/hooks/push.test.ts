import { describe, expect, it } from 'vitest';
import { isWantedRef, readPush } from '../../../../../daemon/http/hooks/push.ts';

const read = (body: string, headers: Readonly<Record<string, string>> = {}) =>
  readPush({ headers, body: Buffer.from(body) });

const MAIN = '{"ref":"refs/heads/main","commits":[]}';

describe('the hook of a git host', () => {
  it.each([
    ['x-github-event', 'push'],
    ['x-gitea-event', 'push'],
    ['x-forgejo-event', 'push'],
    ['x-gitlab-event', 'Push Hook'],
    ['x-gitlab-event', 'Tag Push Hook'],
    ['x-gitee-event', 'Push Hook'],
    ['codeup-event', 'Push Hook'],
    ['codeup-event', 'Tag Push Hook'],
  ])('with %s: %s is a push, and names a ref', (header, event) => {
    expect(read(MAIN, { [header]: event })).toEqual({ isOther: false, ref: 'refs/heads/main' });
  });

  it.each([
    ['x-github-event', 'ping'],
    ['x-github-event', 'pull_request'],
    ['x-gitlab-event', 'Merge Request Hook'],
    ['codeup-event', 'Note Hook'],
    ['x-gitee-event', 'pushy'],
  ])('with %s: %s is something else', (header, event) => {
    expect(read(MAIN, { [header]: event }).isOther).toBe(true);
  });

  it('with no event is a push', () => {
    expect(read(MAIN)).toEqual({ isOther: false, ref: 'refs/heads/main' });
  });

  it('may come as a form, as GitHub sends it by default', () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    expect(read(new URLSearchParams({ payload: MAIN }).toString(), headers).ref).toBe('refs/heads/main');
    expect(read('other=1', headers).ref).toBeNull();
  });

  it.each([
    '',
    'no json',
    'null',
    '[]',
    '{"ref":7}',
    '{"ref":""}',
    '{"ref":null}',
    `{"ref":"${'x'.repeat(501)}"}`,
  ])('that holds no ref (`%.20s`) names none', (body) => expect(read(body).ref).toBeNull());
});

describe('the ref of the config', () => {
  it.each([
    ['refs/heads/main', 'main'],
    ['refs/tags/main', 'main'],
    ['refs/heads/main', 'refs/heads/main'],
    ['refs/tags/v1.2', 'v*'],
    ['refs/tags/v1.2', 'refs/tags/v*'],
    ['refs/heads/a/b', 'a/*'],
  ])('%s is wanted by %s', (pushed, wanted) => expect(isWantedRef(pushed, wanted)).toBe(true));

  it.each([
    ['refs/heads/main2', 'main'],
    ['refs/heads/x/main', 'main'],
    ['refs/heads/mxin', 'm.in'],
    ['refs/heads/main', 'refs/tags/main'],
    ['refs/heads/main', 'mai'],
    ['', 'main'],
    // Backtracking would try some ten thousand million ways.
    [`refs/tags/v${'.1'.repeat(245)}`, 'v*.*.*.*.*-x'],
  ])('%s is not wanted by %s', (pushed, wanted) => expect(isWantedRef(pushed, wanted)).toBe(false));
});
