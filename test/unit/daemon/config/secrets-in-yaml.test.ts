// Found by fuzzing: what YAML refuses was told with the text itself, which in a config may be a secret.
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../daemon/config/load.ts';

const SECRET = 'Zq8Xv7Jk2Wm5';

const withSecret = (secret: string): string =>
  `reconcile: {mode: observe}\naccounts:\n  default:\n    credentials:\n      accessKeySecret: ${secret}\n`;

describe('a secret in the config is told by no message, as a text that YAML takes for', () => {
  it.each([
    ['an alias', `*${SECRET}`],
    ['a tag', `!${SECRET}`],
    ['the tag of a mapping', `!!${SECRET} {a: 1}`],
    ['the head of a block text', `|${SECRET}`],
    ['an escape', `"\\U${SECRET}"`],
    ['a directive', `x\n%${SECRET}\n`],
    ['something behind a text', `"x" ${SECRET}`],
    ['what a reserved character begins', `@${SECRET}`],
    ['a document that follows', `x\n--- ${SECRET}`],
  ])('%s', (_, text) => {
    const config = parseConfig(withSecret(text), 'config.yaml');
    expect(config.ok).toBe(false);
    const told = config.ok ? '' : JSON.stringify(config.error);
    expect(told).not.toContain(SECRET);
    expect(told).not.toContain(SECRET.slice(0, 6));
  });

  it('a number that is easily misread', () => {
    const config = parseConfig(withSecret('0123456789'), 'config.yaml');
    expect(config.ok ? '' : JSON.stringify(config.error)).toMatch(/^(?!.*0123456789).*number-form/);
  });
});
