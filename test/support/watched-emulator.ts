// An emulator in which each state that a call leaves can be seen, not only the last one.
import { systemClock } from '../../emulator/cloud.ts';
import { requestHandler } from '../../emulator/emulator.ts';
import type { Quirks } from '../../emulator/quirks.ts';
import { startServer } from '../../emulator/gateway/server.ts';
import type { Permission } from '../../emulator/state.ts';
import { parseState } from '../../emulator/admin/state-file.ts';
import type { StateJson } from './emulator.ts';

type Rules = readonly Permission[];

export interface WatchedEmulator {
  readonly url: string;
  /** By group: the rules at the start, and after each call that changed them. */
  readonly states: ReadonlyMap<string, readonly Rules[]>;
  close(): Promise<void>;
}

export async function startWatchedEmulator(
  json: StateJson,
  quirks: Partial<Quirks>,
): Promise<WatchedEmulator> {
  const state = parseState(json);
  const states = new Map<string, Rules[]>(
    state.securityGroups.map(({ SecurityGroupId, Permissions }) => [SecurityGroupId, [Permissions]]),
  );
  const bugs: unknown[] = [];
  const handle = requestHandler({ state, quirks });
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    onBug: (bug) => bugs.push(bug),
    handle: (request) => {
      const { version } = state;
      const outcome = handle(request);
      if (state.version === version) return outcome;
      // A change puts a new list in the old one's place.
      for (const { SecurityGroupId, Permissions } of state.securityGroups) {
        const seen = states.get(SecurityGroupId);
        if (seen?.at(-1) !== Permissions) seen?.push(Permissions);
      }
      return outcome;
    },
  });
  return {
    url: server.url,
    states,
    close: async () => {
      await server.close();
      if (bugs.length > 0) throw new AggregateError(bugs, 'the emulator had defects');
    },
  };
}
