// The examples of the documentation: YAML that people copy, and so what they begin to make mistakes from.
import { readdirSync, readFileSync } from 'node:fs';

export function yamlInDocs(): string[] {
  const pages = [
    'README.md',
    ...readdirSync('docs')
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ];
  return pages.flatMap((page) => {
    const blocks = readFileSync(page, 'utf8').matchAll(/^```yaml\n(.*?)^```/gms);
    return [...blocks].map(([, block = '']) => block);
  });
}
