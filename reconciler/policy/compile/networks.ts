// Networks may name networks, in any file and in any order. Each is resolved once, into plain peers.
import { formatPeer, type Peer } from '../../model/peer.ts';
import type { Site } from './file-context.ts';
import {
  builtInPeers,
  isBuiltInMeaning,
  otherDefinition,
  redundantDefinition,
  useComplaint,
  type NameUse,
} from '../built-in/networks.ts';
import type { Definition } from './name-table.ts';
import type { NameUses } from './name-uses.ts';
import type { PeerWord } from '../schema/peer-text.ts';

/** Networks that name networks that name networks …: at most this deep. */
const MAX_TRAIL = 32;

/** Members of all networks together, those that come through other networks counted again. */
const MAX_MEMBERS = 200_000;

export class Networks {
  private readonly names: NameUses<PeerWord>;
  private readonly resolved = new Map<string, readonly Peer[] | null>();
  /** Names being resolved, outermost first. */
  private readonly trail: string[] = [];
  private membersLeft = MAX_MEMBERS;

  constructor(names: NameUses<PeerWord>) {
    this.names = names;
  }

  /** Null if the network is unknown or broken; what is wrong has been reported then. */
  members(name: string, site: Site, use: NameUse): readonly Peer[] | null {
    return this.membersAs(this.names, name, site, use);
  }

  /** As above, as a use of those that `names` counts. */
  membersAs(names: NameUses<PeerWord>, name: string, site: Site, use: NameUse): readonly Peer[] | null {
    const complaint = useComplaint(name, use);
    if (complaint !== null) {
      site.context.reporter.error(site.path, complaint);
      return null;
    }
    if (this.isBuiltIn(name)) return builtInPeers(name);
    const definition = names.find(name, site);
    return definition === null ? null : this.resolve(definition);
  }

  /** Whether the name means what it means without a definition. */
  isBuiltIn(name: string): boolean {
    return builtInPeers(name) !== null && !this.names.table.isDeclared(name);
  }

  /** Null if the network is broken; undefined if no file defines it. */
  defined(name: string): readonly Peer[] | null | undefined {
    return this.resolved.get(name);
  }

  /** Finds what is wrong with networks that nothing uses, too. */
  resolveAll(): void {
    for (const definition of this.names.table.all()) {
      const members = this.resolve(definition);
      if (builtInPeers(definition.name) !== null) reportRedefinition(definition, members);
    }
  }

  private resolve(definition: Definition<PeerWord>): readonly Peer[] | null {
    const known = this.resolved.get(definition.name);
    if (known !== undefined) return known;
    this.trail.push(definition.name);
    const peers = this.union(definition);
    this.trail.pop();
    this.resolved.set(definition.name, peers);
    return peers;
  }

  /** A network is a set: what comes in twice through other networks is in it once. */
  private union({ context, path, items }: Definition<PeerWord>): readonly Peer[] | null {
    const members = new Map<string, Peer>();
    let isWhole = true;
    for (const [index, word] of items.entries()) {
      const site = { context, path: [...path, index] };
      const peers = word?.kind === 'peer' ? [word.peer] : word && this.inner(word.name, site);
      this.membersLeft -= peers?.length ?? 0;
      if (this.membersLeft < 0) {
        const message = `the networks of all files have more than ${MAX_MEMBERS} members`;
        context.reporter.error(site.path, { code: 'networks-too-large', message, hint: 'use a prefix list' });
        return null;
      }
      for (const peer of peers ?? []) members.set(formatPeer(peer), peer);
      isWhole &&= Array.isArray(peers);
    }
    return isWhole ? [...members.values()] : null;
  }

  private inner(name: string, site: Site): readonly Peer[] | null {
    const start = this.trail.indexOf(name);
    if (start >= 0) {
      const circle = [...this.trail.slice(start), name].join(' -> ');
      const message = `networks name each other in a circle: ${circle}`;
      site.context.reporter.error(site.path, { code: 'network-cycle', message, hint: 'break the circle' });
      return null;
    }
    if (this.trail.length >= MAX_TRAIL) {
      const message = `networks name each other more than ${MAX_TRAIL} deep`;
      site.context.reporter.error(site.path, { code: 'networks-too-deep', message, hint: '' });
      return null;
    }
    return this.members(name, site, 'rule');
  }
}

/** With the built-in meaning a definition is idle; with another one, readers would take it for the built-in. */
function reportRedefinition(
  { name, context: { file, reporter }, path }: Definition<PeerWord>,
  members: readonly Peer[] | null,
): void {
  if (members === null) return;
  const place = file.locate(path, 'key');
  if (isBuiltInMeaning(name, members)) reporter.warningAt(place, redundantDefinition(name));
  else reporter.errorAt(place, otherDefinition(name));
}
