// Mistakes in what a pull request is told: the comparison of policies, and the page that holds it.
import type { Mutation } from './mutation.ts';

export const COMPARE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'nothing is in force, so nothing can be held',
    file: 'plan/compare/compare-group.ts',
    find: 'inForce: before ?? { rules: { ingress: [], egress: [] } },',
    replace: 'inForce: null,',
  },
  {
    name: 'a new group breaks what it likes',
    file: 'plan/compare/compare-group.ts',
    find: 'inForce: before ?? { rules: { ingress: [], egress: [] } },',
    replace: 'inForce: before,',
  },
  {
    name: 'a new expectation is not asked of rules that stay',
    file: 'plan/compare/compare-group.ts',
    find: 'settings.length > 0 || news.some(({ groups }) => groups.includes(id))',
    replace: 'settings.length > 0',
  },
  {
    name: 'released groups are not shown',
    file: 'plan/compare/compare.ts',
    find: '.filter((group) => !later.has(desiredGroupKey(group)))',
    replace: '.filter(() => false)',
  },
  {
    name: 'rules count as foreign where the policy says declared',
    file: 'plan/compare/compare-group.ts',
    find: 'ownedRules: new Set(described.rules.flatMap(({ id }) => id ?? [])),',
    replace: '',
  },
  {
    name: 'a marker comes through from a text',
    file: 'report/markdown/safe.ts',
    find: "text.replaceAll('<!--', '<!\\\\--')",
    replace: 'text',
  },
  {
    name: 'a fence is as long as what stands in it',
    file: 'report/markdown/safe.ts',
    find: 'Math.max(most, length + 1)',
    replace: 'Math.max(most, length)',
  },
  {
    name: 'a pipe ends a cell',
    file: 'report/markdown/safe.ts',
    find: ".replaceAll('|', '\\\\u{7c}')",
    replace: '',
  },
  {
    name: 'a comment is not said to be cut',
    file: 'report/markdown/page.ts',
    find: "isCut || sections.isCut ? ['', TAIL] : []",
    replace: '[]',
  },
  {
    name: 'the head of a comment takes no room',
    file: 'report/markdown/page.ts',
    find: 'MAX_COMMENT_BYTES - utf8Size(head) - TAIL_BYTES',
    replace: 'MAX_COMMENT_BYTES - TAIL_BYTES',
  },
];
