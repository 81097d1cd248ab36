// Networks and services: named sets that every file may define and every file may use.
import { formatPeer, type Peer } from '../../model/peer.ts';
import { formatPorts } from '../../model/ports.ts';
import { BUILT_IN_NAMES, type NameUse } from '../built-in/networks.ts';
import type { FileContext, Site } from './file-context.ts';
import { NameTable, wholeItems } from './name-table.ts';
import { Networks } from './networks.ts';
import type { PeerWord } from '../schema/peer-text.ts';
import type { Traffic } from '../schema/port-text.ts';

/** Members of named sets. Null if a set is unknown or broken; what is wrong has been reported then. */
export interface Definitions {
  network(name: string, site: Site, use: NameUse): readonly Peer[] | null;
  service(name: string, site: Site): readonly Traffic[] | null;
  /** Adds a warning for each set that nothing names. */
  warnOfUnused(): void;
}

/** Reads the definitions of all files and reports what is wrong with them. */
export function readDefinitions(contexts: readonly FileContext[]): Definitions {
  const networkTable = new NameTable<PeerWord>(
    { kind: 'network', knownNames: BUILT_IN_NAMES },
    contexts,
    ({ file }) => file.document?.networks ?? [],
  );
  const serviceTable = new NameTable<Traffic>(
    { kind: 'service' },
    contexts,
    ({ file }) => file.document?.services ?? [],
  );
  const networks = new Networks(networkTable);
  networkTable.reportSecondDefinitions();
  networkTable.reportTwinItems((word) => (word.kind === 'peer' ? formatPeer(word.peer) : word.name));
  networks.resolveAll();
  serviceTable.reportSecondDefinitions();
  serviceTable.reportTwinItems(trafficText);
  return {
    network: (name, site, use) => networks.members(name, site, use),
    service: (name, site) => wholeItems(serviceTable.find(name, site)?.items ?? [undefined]),
    warnOfUnused: () => {
      networkTable.warnOfUnused();
      serviceTable.warnOfUnused();
    },
  };
}

function trafficText({ protocol, ports }: Traffic): string {
  return ports.kind === 'none' ? protocol : `${protocol}/${formatPorts(ports).replace('/', '-')}`;
}
