/** A place in a policy file. Lines and columns count from 1. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The id of the guardrail that a problem or a finding is about, in the place of a code. */
export type GuardrailCode = string & { readonly isGuardrail: true };

/** People choose it, so it may be any text. */
export const guardrailCode = (id: string): GuardrailCode => id as GuardrailCode;

/** One thing wrong (or doubtful) in a policy file, said once, with what to write instead. */
export interface Problem extends SourcePlace {
  readonly severity: 'error' | 'warning';
  readonly code: ProblemCode | GuardrailCode;
  readonly message: string;
  /** What to write instead; empty when the message already says it. */
  readonly hint: string;
}

/** Reading order: by file, then line, then column, then code. */
export function compareProblems(a: Problem, b: Problem): number {
  return compareText(a.file, b.file) || a.line - b.line || a.column - b.column || compareText(a.code, b.code);
}

/** Code-unit order: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The kinds of problems of policies and config: stable names, for scripts. scripts/errors has cause and cure of each, for
 * docs/errors.md: a code without them does not compile there.
 */
export type ProblemCode =
  // Keys and values.
  | 'bad-name'
  | 'bad-value'
  | 'duplicate-key'
  | 'empty-list'
  | 'missing-key'
  | 'no-value'
  | 'out-of-range'
  | 'template'
  | 'unknown-key'
  | 'unknown-value'
  | 'wrong-type'
  // Rules.
  | 'bad-account-id'
  | 'bad-address'
  | 'bad-id'
  | 'bad-instant'
  | 'bad-peer'
  | 'bad-ports'
  | 'bad-service'
  | 'description-bytes'
  | 'description-length'
  | 'family-mixed'
  | 'foreign-rule'
  | 'host-bits'
  | 'icmp-family'
  | 'nic-type'
  | 'peer-is-self'
  | 'port-range'
  | 'ports-and-port-list'
  | 'ports-missing'
  | 'ports-not-allowed'
  | 'ports-out-of-order'
  | 'priority-range'
  | 'protocol-or-services'
  | 'services-and-ports'
  | 'sides-equal'
  | 'source-ports-not-allowed'
  | 'swapped-sides'
  | 'unknown-protocol'
  // Groups, networks and services.
  | 'bad-region'
  | 'built-in-name'
  | 'built-in-redefined'
  | 'defined-in-bad-file'
  | 'defined-twice'
  | 'duplicate-entry'
  | 'duplicate-group'
  | 'duplicate-name'
  | 'duplicate-rule'
  | 'group-selector'
  | 'ignore-empty'
  | 'ignore-hides-rule'
  | 'internet-in-rule'
  | 'network-cycle'
  | 'networks-too-deep'
  | 'networks-too-large'
  | 'no-direction'
  | 'over-quota'
  | 'tag-count'
  | 'too-many-rules'
  | 'unknown-account'
  | 'unknown-network'
  | 'unknown-region'
  | 'unknown-service'
  | 'unused'
  | 'zone-as-region'
  // What rules come to.
  | 'anomalies-unfinished'
  | 'expired'
  | 'expires-soon'
  | 'rule-contradicted'
  | 'rule-covered'
  | 'rule-ipv4-mapped'
  | 'rule-redundant'
  | 'rule-shadowed'
  | 'rule-unmatched'
  | 'rules-spare'
  // Expectations and guardrails.
  | 'accept-or-drop'
  | 'bad-expression'
  | 'deny-or-rule'
  | 'duplicate-guardrail'
  | 'empty-pattern'
  | 'empty-scope'
  | 'exemption-expired'
  | 'expect-unknown-group'
  | 'expectation'
  | 'expectation-unknown'
  | 'guardrail-id'
  | 'guardrail-without-id'
  | 'scope-without-groups'
  | 'tolerate-without-deny'
  | 'unknown-guardrail'
  // YAML.
  | 'anchored-key'
  | 'config-as-policy'
  | 'document-too-large'
  | 'empty-file'
  | 'file-too-large'
  | 'indentation'
  | 'key-not-text'
  | 'merge-conflict'
  | 'merge-key'
  | 'not-text'
  | 'not-utf8'
  | 'number-form'
  | 'several-documents'
  | 'too-deep'
  | 'too-many-aliases'
  | 'unknown-alias'
  | 'unquoted-address'
  | 'unreadable-yaml'
  | 'yaml-directive'
  | 'yaml-syntax'
  | 'yaml-tag'
  // Files and folders.
  | 'checkout-refused'
  | 'policies-empty'
  | 'policies-held'
  | 'policies-restless'
  | 'policies-too-costly'
  | 'policies-too-deep'
  | 'policies-too-large'
  | 'policies-too-many'
  | 'policies-unreachable'
  | 'policies-unreadable'
  | 'policy-link'
  | 'policy-link-outside'
  | 'policy-not-a-file'
  | 'policy-replaced'
  | 'policy-submodule'
  | 'policy-twice'
  | 'policy-unreadable'
  | 'truncated'
  | 'uncommitted'
  | 'verify'
  // The config.
  | 'config-unreadable'
  | 'emulator-state'
  | 'keys-in-policies'
  | 'no-config'
  | 'receiver-absent'
  | 'receiver-address'
  | 'unknown-event'
  // `validate --upgrade`.
  | 'upgrade-apply'
  | 'upgrade-brake'
  | 'upgrade-config'
  | 'upgrade-ignore'
  | 'upgrade-mode'
  | 'upgrade-texts';
