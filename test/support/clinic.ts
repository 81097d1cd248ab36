// `rampart doctor` in this process against an emulator of its own, and what it said.
import { expect } from 'vitest';
// Loaded here, and not in the time of the first test.
import '../../daemon/commands/doctor/doctor.ts';
import type { CredentialOptions } from '../../emulator/gateway/credentials.ts';
import { runCommand } from './command.ts';
import { startTestEmulator, type TestEmulator } from './emulator.ts';
import { configFor, policyFor, wireGroup } from './estate.ts';
import { Workspace } from './rampart.ts';

export interface CheckJson {
  readonly check: string;
  readonly state: string;
  readonly action?: string;
  readonly regions?: readonly string[];
  readonly message: string;
  readonly cure: string;
}

export interface DoctorJson {
  readonly ok: boolean;
  readonly checks: readonly CheckJson[];
  readonly rates: ReadonlyArray<Readonly<Record<string, unknown>>>;
}

/** The group of the clinic's cloud and policy. */
export const HELD_GROUP = wireGroup('sg-web', [
  { IpProtocol: 'TCP', PortRange: '443/443', SourceCidrIp: '10.0.0.0/8' },
]);
const CLOUD = { state: { securityGroups: [HELD_GROUP] } };

/** A config, a policy and a cloud that agree, until a test breaks something. */
export class Clinic {
  readonly workspace = new Workspace();
  emulator: TestEmulator;

  private constructor(emulator: TestEmulator) {
    this.emulator = emulator;
    this.configure();
    this.declare('protocol: tcp, ports: 443, from: 10.0.0.0/8');
  }

  static async open(): Promise<Clinic> {
    return new Clinic(await startTestEmulator(CLOUD));
  }

  get config(): string {
    return configFor(this.emulator.url);
  }

  /** The config that agrees with the cloud, changed. */
  configure(change: (config: string) => string = (config) => config): void {
    this.workspace.write('config.yaml', change(this.config));
  }

  /** The one rule of the policy. */
  declare(rule: string): void {
    this.workspace.write('policies/web.yaml', policyFor('sg-web', [rule]));
  }

  /** Puts another emulator in the place of this one, and its address into the config. */
  async replaceEmulator(options: {
    readonly credentials?: readonly CredentialOptions[];
    readonly port?: number;
  }): Promise<void> {
    await this.emulator.close();
    this.emulator = await startTestEmulator({ ...CLOUD, ...options });
    this.configure();
  }

  /** One run, which must end as its document says, with a cure for whatever is broken. */
  async examine(
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<DoctorJson> {
    const { code, stdout } = await runCommand(this.workspace.folder, ['doctor', '--json', ...args], env);
    const document = JSON.parse(stdout) as DoctorJson;
    expect(code).toBe(document.ok ? 0 : 1);
    for (const { state, cure } of document.checks) if (state === 'broken') expect(cure).not.toBe('');
    return document;
  }

  async close(): Promise<void> {
    await this.emulator.close();
    await this.workspace.dispose();
  }
}

/** The first that is said of this. */
export function saidOf({ checks }: DoctorJson, check: string): CheckJson {
  const found = checks.find((each) => each.check === check);
  if (found === undefined) throw new Error(`nothing is said of ${check}`);
  return found;
}
