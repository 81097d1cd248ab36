import { expect, it } from 'vitest';
import { parsePolicyFile } from '../../../../../reconciler/policy/read/file.ts';

it('a file that makes the YAML parser run out of stack is a problem, not a crash', () => {
  const lines = '{protocol: tcp, ports: 1, from: 0.0.0.0/0},\n'.repeat(20_000);
  const text = `groups:\n  - {id: sg-a, region: cn-hangzhou, ingress: [\n${lines}`;
  const { document, problems } = parsePolicyFile({ path: 'web.yaml', text });
  expect(document).toBeNull();
  expect(problems.length).toBeGreaterThan(0);
});
