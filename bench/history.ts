// How long `rampart history --verify` takes on a long history, and how much memory: the built command on a real journal, whose
// entries were closed by the journal's own code, many to a transaction.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUSY_TIMEOUT_MS, Connection } from '../daemon/journal/sqlite/connection.ts';
import { recordClosed } from '../daemon/journal/sqlite/history/chained.ts';
import { RETENTION } from '../daemon/journal/sqlite/retention.ts';
import { INTENT_COLUMNS, intentValues } from '../daemon/journal/rows.ts';
import { openSqliteJournal } from '../daemon/journal/sqlite/sqlite.ts';
import { configFor } from '../test/support/estate.ts';
import { MAIN } from '../test/support/rampart.ts';

const SIZES = [10_000, 100_000, 1_000_000] as const;
const PER_TRANSACTION = 10_000;
const REGIONS = ['cn-hangzhou', 'cn-beijing', 'cn-shanghai', 'ap-southeast-1'];
const OUTCOME = { result: 'applied', requestId: '473469C7-AA6F-4DC5-B3DB-A3DC0DE3C83E', code: null } as const;
const MIB = 1024 * 1024;

export async function benchHistory(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-bench-history-'));
  try {
    writeFileSync(join(folder, 'config.yaml'), configFor('http://127.0.0.1:1'));
    const file = join(folder, '.rampart', 'journal.db');
    let entries = 0;
    for (const size of SIZES) {
      const begun = performance.now();
      record(file, entries, size);
      const each = (performance.now() - begun) / (size - entries);
      entries = size;
      const { seconds, peakBytes } = await verify(folder);
      console.log(
        `${String(size).padStart(9)} entries, ${(statSync(file).size / MIB).toFixed(0)} MiB: verified in ` +
          `${seconds.toFixed(1)} s with at most ${(peakBytes / MIB).toFixed(0)} MiB (${each.toFixed(3)} ms each to open and close)`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function record(file: string, from: number, to: number): void {
  const ports = { clock: { nowMs: () => Date.now() }, randomByte: () => 7, retention: RETENTION };
  const journal = openSqliteJournal(file, ports);
  if (!journal.ok) throw new Error(journal.error.message);
  void journal.value.close();
  const db = new Connection(file, { readOnly: false, busyTimeoutMs: BUSY_TIMEOUT_MS });
  const insert = `INSERT INTO intents (${INTENT_COLUMNS}) VALUES (${INTENT_COLUMNS.replaceAll(/\w+/g, '?')})`;
  for (let first = from; first < to; first += PER_TRANSACTION) {
    db.transaction(() => {
      for (let id = first; id < Math.min(first + PER_TRANSACTION, to); id += 1) {
        const intent = intentOf(id);
        db.run(insert, ...intentValues(intent));
        recordClosed(db, intent.clientToken, OUTCOME, intent.openedAtMs + 120);
      }
    });
  }
  db.close();
}

const intentOf = (id: number) =>
  ({
    group: {
      account: 'default',
      region: REGIONS[id % REGIONS.length] ?? '',
      id: `sg-bp1${(id % 997).toString(36)}`,
    },
    revision: '4fff8c0a7d4c2f0a1b3c5d7e9f1a3b5c7d9e1f3a',
    planHash: 'be431ac3275ddc4df2e3f694003f59bda12d70e35ac3c75425d152f51b988141',
    reconcileId: (id % 65_536).toString(16).padStart(8, '0'),
    step: 1 + (id % 3),
    operation: 'AuthorizeSecurityGroup',
    clientToken: `rampart-9tkmxe78h2-1-vw5pfgsa34-${id}`,
    params: {
      RegionId: 'cn-hangzhou',
      SecurityGroupId: 'sg-bp1web',
      'Permissions.1.IpProtocol': 'tcp',
      'Permissions.1.PortRange': '443/443',
      'Permissions.1.SourceCidrIp': `10.${id % 256}.0.0/16`,
      'Permissions.1.Policy': 'accept',
      'Permissions.1.Priority': '1',
    },
    effect: {
      adds: [
        {
          identity: `ingress|tcp|443/443|10.${id % 256}.0.0/16`,
          id: null,
          description: 'HTTPS from the office',
        },
      ],
      removes: [],
    },
    openedAtMs: Date.UTC(2026, 0, 1) + id * 1000,
  }) as const;

async function verify(folder: string): Promise<{ readonly seconds: number; readonly peakBytes: number }> {
  const begun = performance.now();
  const stdio = ['ignore', 'ignore', 'inherit'] as const;
  const child = spawn(process.execPath, [MAIN, 'history', '--verify'], { cwd: folder, stdio: [...stdio] });
  let peakBytes = 0;
  const looks = setInterval(() => (peakBytes = Math.max(peakBytes, peakOf(child.pid))), 20);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearInterval(looks);
  if (code !== 0) throw new Error(`history --verify ended with ${code}`);
  return { seconds: (performance.now() - begun) / 1000, peakBytes };
}

/** As the kernel has noted it; 0 once the process has gone, and where there is no /proc. */
function peakOf(pid: number | undefined): number {
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
    return Number(kib) * 1024;
  } catch {
    return 0;
  }
}
