// What `rampart init` writes: a config that only observes, and a folder of policies that names no group yet.
import path from 'node:path';
import { policyJsonSchema } from '../../../reconciler/policy/schema/schema.ts';
import { configJsonSchema } from '../../config/schema.ts';

/** Kinds of credentials that a first config can be written for; the others are a matter of config.example.yaml. */
export const FIRST_CREDENTIALS = ['default', 'accessKey', 'ecsRamRole', 'emulator'] as const;
export type FirstCredentials = (typeof FIRST_CREDENTIALS)[number];

export interface FirstChoices {
  readonly credentials: FirstCredentials;
  /** Folder of the policies, from that of the config. */
  readonly policies: string;
  /** Whether the config lies in a git work tree. */
  readonly isInGit: boolean;
}

export interface FirstFile {
  /** From the folder of the config. */
  readonly path: string;
  readonly text: string;
}

/** In the order of their writing: the config comes last, so that a daemon that waits for it finds the rest. */
export function firstFiles(choices: FirstChoices, configName: string): readonly FirstFile[] {
  const { policies, isInGit } = choices;
  return [
    { path: path.join(policies, 'schema.json'), text: schemaText(policyJsonSchema()) },
    { path: path.join(policies, 'shared.yaml'), text: SHARED },
    { path: 'config.schema.json', text: schemaText(configJsonSchema()) },
    ...(isInGit ? [{ path: '.gitignore', text: GITIGNORE }] : []),
    { path: configName, text: firstConfig(choices) },
  ];
}

/** What holds the journal; what is in it is no part of the policies. */
export const GITIGNORE = '.rampart/\n';

const schemaText = (document: object): string => `${JSON.stringify(document, null, 2)}\n`;

const SHARED = `# yaml-language-server: $schema=./schema.json
#
# Names that every policy file may use. \`rampart import\` writes one file for each group beside this one.
version: 1

networks: {} # such as  office: [203.0.113.0/24, "2001:db8:10::/48"]

services: {} # such as  web: [tcp/80, tcp/443]
`;

function firstConfig({ credentials, policies, isInGit }: FirstChoices): string {
  return `# yaml-language-server: $schema=./config.schema.json
#
# Written by \`rampart init\`. config.example.yaml of the package has every key, with what it means.

policies:
  path: ${JSON.stringify(policies)}
  # true: only policies that are as in their git commit come into force.
  requireClean: ${isInGit}

accounts:
  default:
${CREDENTIALS[credentials]}

reconcile:
  # observe: nothing is written to any group, differences are only reported. Later: additive, then enforce.
  mode: observe

journal: { url: .rampart/journal.db }

http: { listen: '127.0.0.1:8481' }
`;
}

const CREDENTIALS: Readonly<Record<FirstCredentials, string>> = {
  default: `    # The vendor's chain: environment, OIDC, CLI profile, credentials file, instance, URI.
    credentials: { type: default }`,
  accessKey: `    # The key stands in the environment, never here.
    credentials:
      type: accessKey
      accessKeyIdEnv: ALIBABA_CLOUD_ACCESS_KEY_ID
      accessKeySecretEnv: ALIBABA_CLOUD_ACCESS_KEY_SECRET`,
  ecsRamRole: `    # The role of the ECS instance that Rampart runs on.
    credentials: { type: ecsRamRole }`,
  emulator: `    # No account and no network: the emulator that \`rampart run\` starts. Or the URL of \`rampart emulator\`.
    credentials: { type: emulator }
    endpoint: embedded`,
};
