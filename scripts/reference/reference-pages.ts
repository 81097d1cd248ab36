// docs/policy-reference.md and docs/config-reference.md: every key that a person can write, from the schemas that check them.
import { configJsonSchema } from '../../daemon/config/schema.ts';
import { policyJsonSchema } from '../../reconciler/policy/schema/schema.ts';
import { schemaSections } from './schema-page.ts';

const READING = `A row has the key, what may stand there, what holds if the key is left out, and what it means. An empty default: nothing holds, or the
text says what. \`NAME\` stands for a name that you choose, \`[]\` for each entry of a list. Unknown keys are errors.`;

const POLICY_HEAD = `# Policy reference

Every key of a policy file, made of the schema that checks it (\`npm run schema\`). The files in [policies](../policies) use most of
them, with comments; [policies/schema.json](../policies/schema.json) lets an editor complete and check them, and
\`rampart validate\` says what is wrong, with line and cure ([errors.md](errors.md)).

Every \`*.yaml\` and \`*.yml\` below \`policies.path\` is read; hidden ones are left out. One document a file. Networks and services are seen in
all files. A rule with lists stands for each combination of peer and ports.

\`\`\`yaml
version: 1
networks:
  office: [203.0.113.0/24, '2001:db8:10::/48']
services:
  web: [tcp/80, tcp/443]
groups:
  - id: sg-bp1web
    region: cn-hangzhou
    ingress:
      - { services: web, from: anywhere, description: The site }
      - { protocol: tcp, ports: 22, from: office, description: SSH from the office }
expect:
  - { name: the internet does not reach SSH, group: sg-bp1web, drop: { direction: ingress, protocol: tcp, ports: 22, from: internet } }
\`\`\`

In ingress \`from\` is the peer and \`to\` the own side; in egress it is the other way round. \`anywhere\` is every address, of IPv4 and IPv6;
\`internet\` is every public one, and stands only in \`expect\` and in guardrails.

${READING}`;

const CONFIG_HEAD = `# Config reference

Every key of the config, made of the schema that checks it (\`npm run schema\`). [config.example.yaml](../config.example.yaml) has them all, with
comments, and is what \`npm start\` runs; [config.schema.json](../config.schema.json) lets an editor complete and check them.

Relative paths start from the folder of the config file. Secrets never stand in it: a key that ends in \`Env\` names a variable, one that
ends in \`File\` a file. On SIGHUP the daemon takes up what it can and says which changes need a restart
([operations](operations.md)).

${READING}`;

/** By path: the text, before it is formatted. */
export const referencePages = (): Readonly<Record<string, string>> => ({
  'docs/policy-reference.md': `${POLICY_HEAD}\n\n${schemaSections(policyJsonSchema())}\n`,
  'docs/config-reference.md': `${CONFIG_HEAD}\n\n${schemaSections(configJsonSchema())}\n`,
});
