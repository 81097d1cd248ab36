import { describe, expect, it } from 'vitest';
import { runCommand } from '../../../support/command.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

/** Exit code, and `LINE SEVERITY CODE` of each thing that is said. */
async function upgrade(
  config: string | null,
  policies: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; said: string[] }> {
  const folder = await tempFolder(config === null ? {} : { 'config.yaml': config, ...policies });
  const { code, stdout } = await runCommand(folder, ['validate', '--upgrade', '--format', 'json']);
  const { problems } = JSON.parse(stdout) as {
    problems: Array<{ line: number; severity: string; code: string; hint: string }>;
  };
  for (const { hint } of problems) expect(hint).not.toBe('');
  return { code, said: problems.map((each) => `${each.line} ${each.severity} ${each.code}`).sort() };
}

describe('validate --upgrade', () => {
  it('asks for the mode that 0.1.0 took for granted, and says that apply asks and that the brake holds', async () => {
    expect(await upgrade('log: {}\nreconcile: {resyncSeconds: 60}\n')).toEqual({
      code: 1,
      said: ['1 warning upgrade-apply', '2 error upgrade-mode', '2 warning upgrade-brake'],
    });
  });

  it('asks for a config where there is none', async () => {
    expect(await upgrade(null)).toEqual({
      code: 1,
      said: ['1 error upgrade-config', '1 warning upgrade-apply', '1 warning upgrade-brake'],
    });
  });

  it('ends with 0 once all is written, and leaves out what has been decided', async () => {
    expect(await upgrade('reconcile: {mode: observe}\n')).toMatchObject({ code: 0 });
    expect(await upgrade('reconcile: {mode: enforce, brake: off}\n')).toEqual({
      code: 0,
      said: ['1 warning upgrade-apply'],
    });
  });

  it('names ignore patterns by text alone, and the first rule whose text might have been inherited', async () => {
    const policy = [
      'version: 1',
      'groups:',
      '  - id: sg-web',
      '    region: cn-hangzhou',
      '    ignore:',
      '      - { description: "ack/*", protocol: tcp }',
      '      - { description: "slb/*" }',
      '    ingress:',
      '      - { protocol: tcp, ports: 443, from: 10.0.0.0/8, description: Web }',
      '      - { protocol: tcp, ports: 80, from: 10.0.0.0/8 }',
      '',
    ].join('\n');
    expect(
      await upgrade('reconcile: {mode: enforce, brake: off}\n', { 'policies/web.yaml': policy }),
    ).toEqual({
      code: 0,
      said: ['1 warning upgrade-apply', '10 warning upgrade-texts', '7 warning upgrade-ignore'],
    });
  });

  it('leaves out no other problem of the config', async () => {
    expect(await upgrade('reconcile: {mode: enforce}\nguard: []\n')).toMatchObject({
      code: 1,
      said: expect.arrayContaining(['2 error unknown-key']) as string[],
    });
  });

  it('reads as text too, with the words of 0.1.0', async () => {
    const folder = await tempFolder({ 'config.yaml': 'log: {}\n' });
    const { code, stdout } = await runCommand(folder, ['validate', '--upgrade']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^config\.yaml:1:1: error: reconcile\.mode is not written.*0\.1\.0 took enforce/m);
    expect(stdout).toContain('`reconcile: {mode: enforce}`');
    expect(stdout).toContain('--yes');
  });
});
