// The emulator that accounts with `endpoint: embedded` talk to. One that is listening already, because
// `npm start` runs beside this command, is used as it is: a plan made against a fresh one would be fiction.
import { startEmulator } from '../../emulator/emulator.ts';
import { parseQuirks } from '../../emulator/admin/quirks-input.ts';
import type { Config } from '../config/config.ts';
import { hostInUrl, keyOfConfig, listenAdvice } from '../config/listen.ts';
import { readStateFile } from './emulator.ts';
import { openEmulatorTls } from './emulator/tls.ts';
import { UsageError } from '../cli/io.ts';
import { systemClock } from '../clock.ts';
import { randomByte } from '../compose/assemble.ts';
import type { EmbeddedEmulator, Opening } from '../compose/open-engine.ts';
import { isIoError } from '../io-reason.ts';
import { openMemoryJournal } from '../journal/memory/memory.ts';

const PROBE_TIMEOUT_MS = 2000;

/** For commands that write nothing to the cloud. */
export const READ_ONLY: Opening = {
  journal: () => openMemoryJournal({ clock: systemClock, randomByte }),
  emulator: embeddedEmulator,
};

/** Null if no account of the config is embedded. */
export async function embeddedEmulator(config: Config): Promise<EmbeddedEmulator | null> {
  if (!Object.values(config.accounts).some(({ endpoint }) => endpoint.kind === 'embedded')) return null;
  const { listen, state, quirks, seed, tls } = config.emulator;
  const url = `http://${hostInUrl(listen.host)}:${listen.port}`;
  if (listen.port !== 0 && (await isEmulator(url))) return { url, ca: null, close: () => Promise.resolve() };
  const secure = await openEmulatorTls(tls, listen.host);
  try {
    const emulator = await startEmulator({
      ...listen,
      quirks: parseQuirks(quirks),
      seed,
      ...(state === null
        ? {}
        : { state: await readStateFile(state, `\`emulator.state\` of ${config.file}`) }),
      ...(secure === null ? {} : { tls: secure.pair }),
    });
    return {
      url: emulator.url,
      ca: secure?.caFile ?? null,
      close: async () => {
        await emulator.close();
        await secure?.close();
      },
    };
  } catch (error) {
    await secure?.close();
    if (!isIoError(error)) throw error;
    throw new UsageError(
      `the emulator cannot listen on ${url}: ${error.message}; ${listenAdvice(error.message, keyOfConfig('emulator.listen'))}`,
    );
  }
}

async function isEmulator(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/_emulator/quirks`, {
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    });
    return response.ok && 'apiLevel' in ((await response.json()) as object);
  } catch {
    return false;
  }
}
