// What kustomize makes of deploy/kustomize: by the schemas of Kubernetes, strictly, and as safe as an image of ours can be run.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import { afterEach, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { OVERLAYS, RENDERED, sourcesDigest } from '../../scripts/kustomize-sources.ts';
import { Workspace } from '../support/rampart.ts';

interface Resource {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: { readonly spec: PodSpec };
  };
}

interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: object;
  readonly volumes: ReadonlyArray<{ readonly name: string }>;
  readonly containers: ReadonlyArray<{
    readonly image: string;
    readonly securityContext: object;
    readonly volumeMounts: ReadonlyArray<{ readonly name: string; readonly mountPath: string }>;
  }>;
}

const schemas = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../fixtures/schemas/kubernetes.json'), 'utf8'),
) as object;
const ajv = new Ajv({ schemaId: 'auto', unknownFormats: 'ignore', logger: false, nullable: true });
ajv.addSchema(schemas, 'kubernetes');

const textOf = (overlay: string): string => readFileSync(path.join(RENDERED, `${overlay}.yaml`), 'utf8');
const resourcesOf = (text: string): Resource[] =>
  parseAllDocuments(text).map((document) => document.toJS() as Resource);

function problemsOf(resource: Resource): unknown {
  const validate = ajv.getSchema(`kubernetes#/definitions/${resource.kind}`);
  if (validate === undefined) return `no schema of ${resource.kind}`;
  return validate(resource) === true ? null : validate.errors;
}

let workspace: Workspace | null = null;
afterEach(async () => {
  await workspace?.dispose();
  workspace = null;
});

describe.each(OVERLAYS)('overlay %s', (overlay) => {
  const text = textOf(overlay);
  const resources = resourcesOf(text);
  const find = (kind: string): Resource => {
    const found = resources.find((resource) => resource.kind === kind);
    if (found === undefined) throw new Error(`${overlay} has no ${kind}`);
    return found;
  };
  const pod = (): PodSpec => {
    const spec = find('Deployment').spec?.template?.spec;
    if (spec === undefined) throw new Error('the deployment has no pod');
    return spec;
  };

  test('was made of the files as they are: else run npx tsx scripts/write-kustomize.ts', () => {
    expect(text.split('\n', 1)[0]).toContain(sourcesDigest());
  });

  test('fits the schemas of Kubernetes, in a namespace of its own', () => {
    for (const resource of resources) {
      expect([resource.metadata.name, problemsOf(resource)]).toEqual([resource.metadata.name, null]);
      if (resource.kind !== 'Namespace') expect(resource.metadata.namespace).toBe('rampart');
    }
    expect(
      problemsOf(resourcesOf(text.replace('readOnlyRootFilesystem', 'readOnlyRoot')).find(isDeployment)!),
    ).not.toBeNull();
  });

  test('runs without a privilege, a token of Kubernetes, or a path to write beside its state', () => {
    const { automountServiceAccountToken, securityContext, containers } = pod();
    expect(automountServiceAccountToken).toBe(false);
    expect(securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 10001,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    for (const container of containers) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.image).toMatch(/@sha256:[0-9a-f]{64}$/);
    }
    expect(find('NetworkPolicy').spec).toMatchObject({ policyTypes: ['Ingress', 'Egress'] });
  });

  test('mounts a volume for each path of its config, and Rampart takes config and policies as they are', async () => {
    const { volumes, containers } = pod();
    const [container] = containers;
    const mounts = container?.volumeMounts ?? [];
    expect(mounts.map(({ name }) => name).sort()).toEqual(volumes.map(({ name }) => name).sort());
    workspace = new Workspace();
    const { folder } = workspace;
    const place = (target: string, data: Readonly<Record<string, string>> = {}): void => {
      mkdirSync(path.join(folder, target), { recursive: true });
      for (const [name, content] of Object.entries(data))
        writeFileSync(path.join(folder, target, name), content.replaceAll(' /etc/', ` ${folder}/etc/`));
    };
    for (const { kind, metadata, data } of resources) {
      if (kind !== 'ConfigMap') continue;
      place(metadata.name.startsWith('rampart-config') ? 'etc/rampart' : 'etc/rampart-policies', data);
    }
    const config = readFileSync(path.join(folder, 'etc/rampart/config.yaml'), 'utf8');
    const paths = [...config.matchAll(/: (?:\S*?)(\/(?:etc|var)\/[\w/.-]+)$/gm)].map(([, name = '']) => name);
    for (const name of paths)
      expect(
        mounts.some(({ mountPath }) => name.includes(mountPath)),
        name,
      ).toBe(true);
    const finished = await workspace.run(['validate', '--config', 'etc/rampart/config.yaml']);
    expect(finished).toMatchObject({ code: 0 });
    expect(finished.stdout + finished.stderr).toContain('1 file, 1 group');
  });
});

describe('overlay postgres', () => {
  const resources = resourcesOf(textOf('postgres'));
  const specOf = (kind: string, name = 'rampart'): unknown =>
    resources.find((resource) => resource.kind === kind && resource.metadata.name === name)?.spec;
  const selector = { matchLabels: { 'app.kubernetes.io/name': 'rampart' } };

  test('keeps two of three replicas while nodes are emptied, and spreads them over zones and nodes', () => {
    expect(specOf('Deployment')).toMatchObject({
      replicas: 3,
      selector,
      template: {
        metadata: { labels: selector.matchLabels },
        spec: {
          topologySpreadConstraints: [
            { topologyKey: 'topology.kubernetes.io/zone', labelSelector: selector },
            { topologyKey: 'kubernetes.io/hostname', labelSelector: selector },
          ],
        },
      },
    });
    expect(specOf('PodDisruptionBudget')).toMatchObject({ maxUnavailable: 1, selector });
  });

  test('has its password from a secret, no volume that lasts, and a way out to the database alone', () => {
    expect(textOf('postgres')).not.toMatch(/postgres:\/\/[^@\s]*:[^@\s]*@/);
    expect(resources.filter(({ kind }) => kind === 'PersistentVolumeClaim' || kind === 'Secret')).toEqual([]);
    expect(specOf('Deployment')).toMatchObject({
      template: {
        spec: {
          containers: [
            {
              env: [
                {
                  name: 'PGPASSWORD',
                  valueFrom: { secretKeyRef: { name: 'rampart-database', key: 'password' } },
                },
              ],
            },
          ],
        },
      },
    });
    const [rule, ...others] = (specOf('NetworkPolicy', 'rampart-database') as { egress: unknown[] }).egress;
    expect(others).toEqual([]);
    expect(rule).toEqual({
      to: [{ ipBlock: { cidr: '192.0.2.10/32' } }],
      ports: [{ protocol: 'TCP', port: 5432 }],
    });
  });
});

const isDeployment = ({ kind }: Resource): boolean => kind === 'Deployment';
