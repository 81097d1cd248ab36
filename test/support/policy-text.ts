// Short ways to write policies in tests.
import { compilePolicies } from '../../reconciler/policy/compile/compile.ts';
import type { CompiledPolicies } from '../../reconciler/policy/compile/parts/assemble.ts';
import { parsePolicyFile } from '../../reconciler/policy/read/file.ts';
import { formatPeer } from '../../reconciler/model/peer.ts';
import { fieldText } from '../../reconciler/model/rule.ts';
import type { DesiredRule } from '../../reconciler/model/group.ts';
import type { Problem } from '../../reconciler/model/problem.ts';

/** Compiles files given as texts by path, for a config whose accounts are `default` and `second`. */
export function compileTexts(texts: Readonly<Record<string, string>>): CompiledPolicies {
  const files = Object.entries(texts).map(([path, text]) => parsePolicyFile({ path, text }));
  return compilePolicies(files, { accounts: ['default', 'second'] });
}

/** `LINE:COL code`, with the file in front if it is not `a.yaml`. */
export function problemText({ file, line, column, code }: Problem): string {
  return `${file === 'a.yaml' ? '' : `${file}:`}${line}:${column} ${code}`;
}

export const problemTexts = (texts: Readonly<Record<string, string>>): string[] =>
  compileTexts(texts).problems.map(problemText);

/** `tcp 443/443 from 203.0.113.0/24`, then what is not as usual. */
export function ruleText({ rule, name }: DesiredRule): string {
  const words = [rule.protocol, fieldText(rule, 'ports'), rule.direction === 'ingress' ? 'from' : 'to'];
  words.push(formatPeer(rule.peer));
  if (rule.own !== null) words.push(`own ${fieldText(rule, 'own') ?? ''}`);
  if (rule.sourcePorts !== null) words.push(`source ${fieldText(rule, 'sourcePorts') ?? ''}`);
  if (rule.action === 'drop') words.push('drop');
  if (rule.priority !== 1) words.push(`priority ${rule.priority}`);
  if (name !== null) words.push(`#${name}`);
  return words.join(' ');
}

/** A file with one group, whose ingress rules are given one a line; the first of them stands in line 6. */
export function fileWithIngress(...rules: string[]): string {
  const lines = rules.map((rule) => `      - ${rule}\n`).join('');
  return `version: 1\ngroups:\n  - id: sg-a\n    region: cn-hangzhou\n    ingress:\n${lines}`;
}
