// A document of a daemon's status as what its pages ask.
import type { DaemonStatus, DaemonView } from '../../daemon/http/status.ts';

export function viewOf(status: DaemonStatus): DaemonView {
  const { groups } = status;
  const counts = new Map<(typeof groups)[number]['outcome'], number>();
  for (const { outcome } of groups) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const statusOf: DaemonView['groups']['statusOf'] = ({ account, region, id }) =>
    groups.find((each) => each.account === account && each.region === region && each.id === id) ?? null;
  return { ...status, groups: { counts, listed: () => groups, statusOf } };
}
