// Keys of other tools, and slips that are no slips of the hand: what the key is called here.

const SYNONYMS: ReadonlyArray<readonly [written: string, meant: string]> = [
  ['securitygroupid', 'id'],
  ['groupid', 'id'],
  ['sg', 'id'],
  ['groupname', 'name'],
  ['securitygroupname', 'name'],
  ['securitygroups', 'groups'],
  ['regionid', 'region'],
  ['accountid', 'account'],
  ['rules', 'ingress'],
  ['inbound', 'ingress'],
  ['ingressrules', 'ingress'],
  ['rulesegress', 'egress'],
  ['outbound', 'egress'],
  ['egressrules', 'egress'],
  ['port', 'ports'],
  ['proto', 'protocol'],
  ['comment', 'description'],
  ['policy', 'action'],
  // Of the config.
  ['branch', 'ref'],
  ['revision', 'ref'],
  ['interval', 'pollSeconds'],
  ['poll', 'pollSeconds'],
  ['repo', 'url'],
  ['repository', 'url'],
  ['folder', 'path'],
  ['directory', 'path'],
  ['address', 'listen'],
  ['port', 'listen'],
  ['file', 'url'],
  ['interval', 'resyncSeconds'],
  ['resync', 'resyncSeconds'],
  ['database', 'url'],
];

/** The key that is meant, if `known` has it; null: that cannot be told. */
export function knownAs(key: string, known: readonly string[]): string | null {
  const plain = key.toLowerCase().replace(/[_-]/g, '');
  const same = known.find((each) => each.toLowerCase() === plain);
  return same ?? SYNONYMS.find(([written, meant]) => written === plain && known.includes(meant))?.[1] ?? null;
}
