import { beforeEach, expect, it } from 'vitest';
import { PolicyNews } from '../../../../../daemon/schedule/policies/policy-news.ts';
import type { DesiredUpdate } from '../../../../../daemon/source/desired.ts';
import type { LoadedPolicies } from '../../../../../daemon/source/source.ts';
import type { DesiredGroup } from '../../../../../reconciler/model/group.ts';
import type { Problem } from '../../../../../reconciler/model/problem.ts';
import { fakeEngine } from '../../../../support/fake-engine.ts';

const problem = (message: string): Problem => ({
  ...{ file: 'web.yaml', line: 3, column: 5, severity: 'error', code: 'unknown-key' },
  ...{ message, hint: '' },
});
const groupOf = (id: string): DesiredGroup => ({
  ...{ account: 'default', region: 'cn-hangzhou', selector: { kind: 'id', id }, mode: null, alone: false },
  ...{ ignore: [], rules: { ingress: [], egress: null } },
  source: { file: 'web.yaml', line: 1, column: 1 },
});
const WEB = groupOf('sg-web');
const DB = groupOf('sg-db');
const NO_FILES = { files: [], unreadable: [], warnings: [], commit: null, dirty: false, facts: null };

let told: string[];
let news: PolicyNews;
beforeEach(() => {
  told = [];
  const emit = (event: string): void => void told.push(event.slice('policies.'.length));
  news = new PolicyNews(fakeEngine({ telemetry: { emit } as never }));
});

/** What is said of policies with this content, these problems and these groups in force. */
function look(content: string, groups: readonly DesiredGroup[], problems: readonly string[] = []): string[] {
  const from = told.length;
  const state = { revision: content, groups, expectations: [], guardrails: [] };
  const update = {
    state,
    changed: content !== '',
    problems: problems.map(problem),
    keptGroups: [],
    cost: {},
  };
  news.tell({
    update: { ...update, releasedGroups: [], lookAgainMs: null } as unknown as DesiredUpdate,
    loaded: { ...NO_FILES, content } as unknown as LoadedPolicies,
    verdict: { state, held: null, released: [], weakened: [] },
    wasCutShort: false,
  });
  return told.slice(from);
}

it('policies that leave the groups in force as they were are not called loaded when they are rejected', () => {
  expect(look('a', [WEB, DB])).toEqual(['loaded']);
  expect(look('b', [WEB, DB], ['foo'])).toEqual(['rejected']);
  expect(look('c', [WEB, groupOf('sg-db')], ['foo'])).toEqual(['rejected', 'loaded']);
  expect(look('d', [WEB, DB])).toEqual(['loaded']);
});
