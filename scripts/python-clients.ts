// `npm run clients`: the vendor's Python SDKs against the emulator, over http and https, on one port. They are installed
// in a folder that is gone afterwards; where Python or its registry is not to be had, that is told, and the exit code is 75.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startEmulator } from '../emulator/emulator.ts';
import { makeCertificate } from '../emulator/tls/certificate.ts';
import { LEFT_OUT } from './left-out.ts';

const CLIENTS = path.join(import.meta.dirname, 'clients');
const INSTALL_TIMEOUT_MS = 600_000;
const STORY_TIMEOUT_MS = 120_000;

const folder = mkdtempSync(path.join(tmpdir(), 'rampart-clients-'));
try {
  const missing = await installed();
  if (missing === null) process.exitCode = await stories();
  else {
    console.log(`left out      the Python SDKs: ${missing}`);
    process.exitCode = LEFT_OUT;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Null if the SDKs are there now; else what went wrong. */
async function installed(): Promise<string | null> {
  const requirements = path.join(CLIENTS, 'requirements.txt');
  return (
    (await failureOf('python3', ['-m', 'venv', folder], INSTALL_TIMEOUT_MS)) ??
    (await failureOf(
      inFolder('pip'),
      ['install', '--quiet', '--disable-pip-version-check', '-r', requirements],
      INSTALL_TIMEOUT_MS,
    ))
  );
}

/** Tells both schemes' story to one emulator; the exit code. */
async function stories(): Promise<number> {
  const own = await makeCertificate(['127.0.0.1'], new Date());
  const caFile = path.join(folder, 'ca.pem');
  writeFileSync(caFile, own.ca);
  const emulator = await startEmulator({ tls: own });
  try {
    const script = path.join(CLIENTS, 'ecs_clients.py');
    for (const scheme of ['http', 'https']) {
      // The variables that docs/emulator-clients.md names.
      const trust = { SSL_CERT_FILE: caFile, ALIBABA_CLOUD_CA_BUNDLE: caFile };
      const failure = await failureOf(
        inFolder('python'),
        [script, new URL(emulator.url).host, scheme],
        STORY_TIMEOUT_MS,
        trust,
      );
      if (failure === null) continue;
      console.log(`FAILED        ${scheme}: ${failure}`);
      return 1;
    }
    return 0;
  } finally {
    await emulator.close();
  }
}

function inFolder(program: string): string {
  return path.join(folder, 'bin', program);
}

/** Runs a program, shows what it prints, and answers null, or the last line of what it says went wrong. */
async function failureOf(
  program: string,
  args: readonly string[],
  timeout: number,
  env: Readonly<Record<string, string>> = {},
): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { timeout, env: { ...process.env, ...env } });
    process.stdout.write(stdout);
    return null;
  } catch (error) {
    const { stderr = '', message } = error as Error & { readonly stderr?: string };
    const last = stderr.trim().split('\n').at(-1) ?? '';
    return last === '' ? message : last;
  }
}
