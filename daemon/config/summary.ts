// What a person must see before anything is written: which config this is, what it may do, and to whose groups.
import path from 'node:path';
import type { AccountConfig } from './accounts/accounts-schema.ts';
import { type CommitFacts, commitLine } from '../../reconciler/report/commit.ts';
import { isPostgresUrl } from './postgres-url.ts';
import type { Config } from './config.ts';

export interface ConfigSummary {
  /** Absolute, as all paths here. */
  readonly file: string;
  readonly mode: Config['reconcile']['mode'];
  readonly brake: 'on' | 'off';
  readonly accounts: ReadonlyArray<{ readonly name: string; readonly endpoint: string }>;
  /** `path`: of a git source its URL, ref and folder. */
  readonly policies: { readonly source: string; readonly path: string };
  readonly journal: string;
}

export function summaryOf(
  { file, reconcile, accounts, policies, journal }: Config,
  cwd: string,
): ConfigSummary {
  const place = (written: string): string => path.resolve(cwd, written);
  return {
    file: place(file),
    mode: reconcile.mode,
    brake: onOrOff(reconcile.brake),
    accounts: Object.entries(accounts).map(([name, account]) => ({ name, endpoint: endpointText(account) })),
    policies: { source: policies.source, path: policiesPath(policies, place) },
    journal: isPostgresUrl(journal.url) ? journal.url : place(journal.url),
  };
}

function policiesPath({ path: folder, git }: Config['policies'], place: (written: string) => string): string {
  if (git === null) return place(folder);
  return `${git.url.url} ${git.ref}${git.path === '' ? '' : ` ${git.path}`}`;
}

export const onOrOff = (setting: object | 'off'): 'on' | 'off' => (setting === 'off' ? 'off' : 'on');

function endpointText({ endpoint }: AccountConfig): string {
  switch (endpoint.kind) {
    case 'regional':
      return 'https://ecs.REGION.aliyuncs.com';
    case 'fixed':
      return endpoint.origin;
    case 'embedded':
      return 'embedded';
  }
}

/** A summary as another version of this program may give it, too. */
type SummaryTexts = Readonly<Record<'file' | 'mode' | 'brake' | 'journal', string>> &
  Pick<ConfigSummary, 'accounts' | 'policies'>;

/** The policies that count now. */
export interface PoliciesInForce {
  /** Null if there are none yet. */
  readonly revision: string | null;
  /** Null or absent: not from a git source. */
  readonly commit?: CommitFacts | null | undefined;
}

/** As lines for a terminal. */
export function summaryLines(summary: SummaryTexts, { revision, commit = null }: PoliciesInForce): string[] {
  const { file, mode, brake, accounts, policies, journal } = summary;
  return [
    `config    ${file}`,
    `mode      ${mode}${brake === 'off' ? ', brake off: nothing limits what a plan may remove or open' : ''}`,
    ...accounts.map(({ name, endpoint }) => `account   ${name} at ${endpoint}`),
    `policies  ${policies.source} ${policies.path}, revision ${revision ?? 'none'}`,
    ...(commit === null ? [] : [`commit    ${commitLine(commit)}`]),
    `journal   ${journal}`,
  ];
}
