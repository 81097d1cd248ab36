// Who may import whom: the table of docs/architecture.md as data. A room is a folder below `reconciler/` or `daemon/`,
// or a file that stands there by itself; `emulator` is one room.

/** Of the reconciler: what each room may import beside itself. */
const RECONCILER: Readonly<Record<string, readonly string[]>> = {
  model: [],
  policy: ['model'],
  exposure: ['model'],
  judge: ['model', 'exposure', 'policy'],
  plan: ['model', 'exposure', 'policy', 'judge'],
  report: ['model', 'exposure', 'plan', 'judge'],
};

/** Of the daemon: a room imports only what stands in a later line, or what its own line allows. */
const DAEMON: ReadonlyArray<Readonly<Record<string, readonly string[]>>> = [
  { 'main.ts': ['program.ts'], 'program.ts': ['command-table.ts'], 'command-table.ts': [] },
  { commands: [] },
  { compose: [] },
  { http: ['schedule'], schedule: [] },
  { attribution: [], reconcile: [] },
  { learned: [], journal: [], queue: [], source: [] },
  { ecs: [], cli: [], notify: [], shares: [] },
  { config: ['telemetry'], telemetry: [] },
  { 'clock.ts': [], 'io-reason.ts': [] },
];

/** The one file that may start the emulator's room: the others get what it starts. */
const MAY_START_EMULATOR = 'daemon/commands';

/** The room of a path such as `daemon/ecs/convert/group.ts`: `daemon/ecs`. */
export function roomOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  return top === 'emulator' ? top : `${top}/${second}`;
}

/** Whether a file of one room may import a file of another. */
export function mayImport(from: string, to: string): boolean {
  if (from === to) return true;
  if (to === 'emulator') return from === MAY_START_EMULATOR;
  const [top, room] = parts(from);
  const [targetTop, target] = parts(to);
  switch (top) {
    case 'reconciler':
      return targetTop === 'reconciler' && RECONCILER[room]?.includes(target) === true;
    case 'daemon':
      return targetTop === 'reconciler' || isBelow(room, target);
    default:
      return false;
  }
}

function parts(room: string): readonly [top: string, name: string] {
  const [top = '', name = ''] = room.split('/');
  return [top, name];
}

function isBelow(from: string, to: string): boolean {
  const level = DAEMON.findIndex((rooms) => from in rooms);
  const target = DAEMON.findIndex((rooms) => to in rooms);
  if (level === -1 || target === -1) return false;
  return target > level || (DAEMON[level]?.[from]?.includes(to) ?? false);
}
