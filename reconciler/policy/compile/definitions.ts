// Networks and services: named sets that every file may define and every file may use.
import { formatPeer, type Peer } from '../../model/peer.ts';
import { formatPorts } from '../../model/ports.ts';
import { BUILT_IN_NAMES, type NameUse } from '../built-in/networks.ts';
import type { PeerWord } from '../schema/peer-text.ts';
import type { Traffic } from '../schema/port-text.ts';
import type { FileContext, Site } from './file-context.ts';
import { NameTable, wholeItems } from './name-table.ts';
import { NameUses } from './name-uses.ts';
import { Networks } from './networks.ts';

/** Members of named sets. Null if a set is unknown or broken; what is wrong has been reported then. */
export interface Definitions {
  network(name: string, site: Site, use: NameUse): readonly Peer[] | null;
  service(name: string, site: Site): readonly Traffic[] | null;
}

/** What a name means to a file that uses it. `builtIn`: what it means without a definition. */
export type Answer<Member> = readonly Member[] | 'builtIn' | 'broken' | 'unknown';

/** The names of both kinds that something uses. */
export interface UsedNames {
  readonly network: NameUses<PeerWord>;
  readonly service: NameUses<Traffic>;
}

/** The definitions of all files, resolved. Stays as it is, however often it is asked. */
export class DefinedNames {
  readonly #networks: Networks;
  readonly #uses: UsedNames;
  readonly #services = new Map<string, Answer<Traffic>>();

  /** Reports in the contexts what is wrong with the definitions. Needs those of files that cannot be read, too. */
  constructor(contexts: readonly FileContext[]) {
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
    this.#uses = { network: new NameUses(networkTable), service: new NameUses(serviceTable) };
    this.#networks = new Networks(this.#uses.network);
    networkTable.reportSecondDefinitions();
    networkTable.reportTwinItems((word) => (word.kind === 'peer' ? formatPeer(word.peer) : word.name));
    this.#networks.resolveAll();
    serviceTable.reportSecondDefinitions();
    serviceTable.reportTwinItems(trafficText);
    for (const { name, items } of serviceTable.all()) {
      this.#services.set(name, wholeItems(items) ?? 'broken');
    }
  }

  network(name: string): Answer<Peer> {
    if (this.#networks.isBuiltIn(name)) return 'builtIn';
    const members = this.#networks.defined(name);
    return members === undefined ? 'unknown' : (members ?? 'broken');
  }

  service(name: string): Answer<Traffic> {
    return this.#services.get(name) ?? 'unknown';
  }

  /** The files that define it. */
  definedIn({
    kind,
    name,
  }: {
    readonly kind: keyof UsedNames;
    readonly name: string;
  }): readonly FileContext[] {
    return this.#uses[kind].table.definitionsOf(name).map(({ context }) => context);
  }

  /** Those that definitions use, to be added to. */
  openUses(): UsedNames {
    const { network, service } = this.#uses;
    return { network: new NameUses(network.table, network), service: new NameUses(service.table, service) };
  }

  /** For what is compiled beside the files; its uses count among `uses`. */
  definitionsFor(uses: UsedNames): Definitions {
    return {
      network: (name, site, use) => this.#networks.membersAs(uses.network, name, site, use),
      service: (name, site) => wholeItems(uses.service.find(name, site)?.items ?? [undefined]),
    };
  }
}

function trafficText({ protocol, ports }: Traffic): string {
  return ports.kind === 'none' ? protocol : `${protocol}/${formatPorts(ports).replace('/', '-')}`;
}
