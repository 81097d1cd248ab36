// The heads of all accounts behind one port, and how old the config lets them be.
import { groupBy } from '../../../reconciler/model/collections.ts';
import type { Config } from '../../config/config.ts';
import type { EcsClient } from '../client.ts';
import type { GroupHeads, HeadAges } from './heads.ts';

/** A head that is older is read again before a write, however seldom the probe looks. */
const OLDEST_TO_WRITE_MS = 60_000;

export function headAgesOf({
  resyncSeconds,
  probeSeconds,
}: Pick<Config['reconcile'], 'resyncSeconds' | 'probeSeconds'>): HeadAges {
  const probeMs = probeSeconds === 0 ? OLDEST_TO_WRITE_MS : probeSeconds * 1000;
  return { observeMs: resyncSeconds * 1000, writeMs: Math.min(OLDEST_TO_WRITE_MS, probeMs) };
}

export function headsByAccount(clients: Readonly<Record<string, Pick<EcsClient, 'heads'>>>): GroupHeads {
  const all = Object.values(clients).map(({ heads }) => heads);
  const of = (account: string): GroupHeads => {
    const client = clients[account];
    if (client === undefined) throw new Error(`account ${account} has no client`);
    return client.heads;
  };
  return {
    follow: (groups, meant) => {
      const byAccount = groupBy(groups, ({ account }) => account);
      for (const [account, { heads }] of Object.entries(clients)) {
        heads.follow(byAccount.get(account) ?? [], meant);
      }
    },
    known: (group) => clients[group.account]?.heads.known(group) ?? null,
    places: () => all.flatMap((heads) => heads.places()),
    changeOf: (described, manner) => of(described.account).changeOf(described, manner),
    probe: (at, olderThanMs) => of(at.account).probe(at, olderThanMs),
    listen: (listener) => {
      for (const heads of all) heads.listen(listener);
    },
  };
}
