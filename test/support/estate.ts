// Small estates for end-to-end tests, as policy text and as the emulator's state.

export const REGION = 'cn-hangzhou';

/** A config that talks to an emulator at `endpoint`, reads `policies/`, looks again every second, and has no brake. */
export function configFor(endpoint: string, extra = ''): string {
  return `policies: {source: directory, path: policies, settleSeconds: 0}
accounts:
  default: {credentials: {type: emulator}, endpoint: "${endpoint}"}
reconcile: {mode: enforce, brake: off, resyncSeconds: 1}
http: {listen: "off"}
journal: {url: .rampart/journal.db}
log: {format: json, level: debug}
${extra}`;
}

export interface WireRule {
  readonly Direction?: 'ingress' | 'egress';
  readonly IpProtocol: string;
  readonly PortRange?: string;
  readonly [field: string]: unknown;
}

/** One basic group in a VPC, with these ingress rules unless they say otherwise. */
export function wireGroup(id: string, rules: readonly WireRule[] = []): Record<string, unknown> {
  return {
    RegionId: REGION,
    SecurityGroupId: id,
    SecurityGroupName: id,
    VpcId: 'vpc-bp1main',
    Permissions: rules.map((rule) => ({ Direction: 'ingress', ...rule })),
  };
}

/** A policy file with one group; `rules` are flow-style ingress rules. */
export function policyFor(id: string, rules: readonly string[], egress = ''): string {
  const list = rules.length === 0 ? ' []' : rules.map((rule) => `\n      - {${rule}}`).join('');
  return `version: 1
groups:
  - id: ${id}
    region: ${REGION}
    ingress:${list}
${egress}`;
}
