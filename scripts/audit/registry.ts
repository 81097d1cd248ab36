// What the registry knows of the packages: published weaknesses, and whether each is what its publisher signed. A
// registry that does not answer is told as that, never as "nothing was found".
import { spawnSync } from 'node:child_process';
import { z } from 'zod';

export type RegistryAnswer =
  | { readonly kind: 'answered'; readonly problems: readonly string[] }
  | { readonly kind: 'notAnswered'; readonly reason: string };

/** A finished npm, as far as it is read. */
export interface NpmRun {
  readonly stdout: string;
  readonly stderr: string;
}

const TIMEOUT_MS = 180_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Runs npm in a folder, for at most three minutes. */
export function runNpm(root: string, args: readonly string[]): NpmRun {
  const { stdout, stderr, error } = spawnSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  return error === undefined ? { stdout, stderr } : { stdout: '', stderr: error.message };
}

const SEVERITIES: readonly string[] = ['info', 'low', 'moderate', 'high', 'critical'];

const auditSchema = z.object({
  auditReportVersion: z.number(),
  vulnerabilities: z.record(
    z.string(),
    z.object({ severity: z.string(), range: z.string(), fixAvailable: z.unknown() }),
  ),
});

/** Reads `npm audit --json`; of other severities than these it says nothing. */
export function readAudit(run: NpmRun, severities: readonly string[] = SEVERITIES): RegistryAnswer {
  const report = parsed(run, auditSchema);
  if (report === null) return { kind: 'notAnswered', reason: reasonOf(run) };
  const problems = Object.entries(report.vulnerabilities)
    .filter(([, { severity }]) => severities.includes(severity))
    .map(
      ([name, { severity, range, fixAvailable }]) =>
        `${name} ${range}: ${severity}${fixAvailable === false ? ', no fix is out' : ', a fix is out'}`,
    );
  return { kind: 'answered', problems };
}

const signaturesSchema = z.object({
  invalid: z.array(z.object({ name: z.string(), version: z.string() })),
  missing: z.array(z.object({ name: z.string(), version: z.string() })),
});

/** Reads `npm audit signatures --json`. */
export function readSignatures(run: NpmRun): RegistryAnswer {
  const report = parsed(run, signaturesSchema);
  if (report === null) return { kind: 'notAnswered', reason: reasonOf(run) };
  const tell = (what: string) => (item: { readonly name: string; readonly version: string }) =>
    `${item.name} ${item.version}: ${what}`;
  return {
    kind: 'answered',
    problems: [
      ...report.invalid.map(tell('it is not what its publisher signed')),
      ...report.missing.map(tell('the registry signs its packages, but not this one')),
    ],
  };
}

function parsed<T>({ stdout }: NpmRun, schema: z.ZodType<T>): T | null {
  try {
    return schema.safeParse(JSON.parse(stdout)).data ?? null;
  } catch {
    return null;
  }
}

const refusalSchema = z.union([
  z.object({ message: z.string() }).transform(({ message }) => message),
  z.object({ error: z.object({ summary: z.string() }) }).transform(({ error }) => error.summary),
]);

/** In npm's own words; by its first line where it ended without a report. */
function reasonOf(run: NpmRun): string {
  const told = parsed(run, refusalSchema) ?? run.stderr.trim().split('\n')[0] ?? '';
  return told === '' ? 'npm said nothing' : told.slice(0, 200);
}
