// `rampart apply` at a terminal asks first; without a terminal a flag must say so.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { onlyWith } from '../support/optional-tool.ts';
import { Workspace } from '../support/rampart.ts';
import { atTerminal, END_OF_INPUT } from '../support/terminal.ts';

const SSH = 'protocol: tcp, ports: 22, from: 203.0.113.0/24';

let emulator: TestEmulator;
let workspace: Workspace;

beforeEach(async () => {
  workspace = new Workspace();
  emulator = await startTestEmulator({ state: { securityGroups: [wireGroup('sg-web')] } });
  workspace.write('config.yaml', configFor(emulator.url));
  workspace.write('policies/web.yaml', policyFor('sg-web', [SSH]));
});

afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

/** Rules that are there now. */
async function rules(): Promise<number> {
  const { securityGroups } = await emulator.state();
  return securityGroups[0]?.Permissions.length ?? -1;
}

describe('at a terminal', () => {
  onlyWith('python3', it)('apply shows the plan, asks, and carries it out after a yes', async () => {
    const { code, shown } = await atTerminal(workspace.folder, ['apply'], { answer: 'y\n' });
    expect(code).toBe(0);
    expect(shown).toMatch(/203\.0\.113\.0\/24[^]*Carry out 1 call on 1 group\? \[y\/N\] /);
    expect(await rules()).toBe(1);
  });

  for (const [name, answer] of [
    ['n', 'n\n'],
    ['nothing', '\n'],
    ['another word', 'yesterday\n'],
    ['the end of input', END_OF_INPUT],
  ] as const) {
    onlyWith('python3', it)(`${name} for an answer ends apply with 1, and nothing is written`, async () => {
      const { code, shown } = await atTerminal(workspace.folder, ['apply'], { answer });
      expect(code).toBe(1);
      expect(shown).toContain('nothing was written');
      expect(await rules()).toBe(0);
    });
  }

  onlyWith('python3', it)(
    'the question comes on stderr, with the plan, when the data goes elsewhere',
    async () => {
      const { code, shown } = await atTerminal(workspace.folder, ['apply', '--json'], {
        answer: 'yes\n',
        stdout: 'away',
      });
      expect(code).toBe(0);
      expect(shown).toMatch(/203\.0\.113\.0\/24[^]*\[y\/N\] /);
      expect(await rules()).toBe(1);
    },
  );

  onlyWith('python3', it)('apply does not ask with --yes, nor where there is nothing to do', async () => {
    for (const args of [['apply', '--yes'], ['apply']]) {
      const { code, shown } = await atTerminal(workspace.folder, args, { answer: '' });
      expect(code).toBe(0);
      expect(shown).not.toContain('[y/N]');
    }
    expect(await rules()).toBe(1);
  });

  onlyWith('python3', it)('a yes is said to the plan that was shown, and to no other one', async () => {
    const byHand = { IpProtocol: 'TCP', PortRange: '80/80', SourceCidrIp: '10.0.0.0/8' };
    const meanwhile = () => emulator.setState({ securityGroups: [wireGroup('sg-web', [byHand])] });
    const { code, shown } = await atTerminal(workspace.folder, ['apply'], { answer: 'y\n', meanwhile });
    expect(code).toBe(1);
    expect(shown).toContain('has changed since its plan was approved');
    expect((await emulator.calls()).every(({ effect }) => !effect)).toBe(true);
    expect(await rules()).toBe(1);
  });

  onlyWith('python3', it)('a yes lifts no block', async () => {
    await emulator.setState({ securityGroups: [{ ...wireGroup('sg-web'), ServiceManaged: true }] });
    expect(await atTerminal(workspace.folder, ['apply', '--yes'], { answer: '' })).toMatchObject({ code: 3 });
    expect(await atTerminal(workspace.folder, ['apply'], { answer: 'y\n' })).toMatchObject({ code: 3 });
    expect(await rules()).toBe(0);
  });
});

describe('without a terminal', () => {
  it('apply ends with 1, names --yes and --plan, and asks nothing of the cloud', async () => {
    const { code, stderr } = await workspace.run(['apply']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/--yes.*--plan/);
    expect(await emulator.calls()).toEqual([]);
  });

  it('apply carries out the plan with --yes, and the plan of that hash with --plan', async () => {
    expect(await workspace.run(['apply', '--yes'])).toMatchObject({ code: 0 });
    expect(await rules()).toBe(1);
    workspace.write('policies/web.yaml', policyFor('sg-web', []));
    const { hash } = JSON.parse((await workspace.run(['plan', '--json'])).stdout) as { hash: string };
    expect(await workspace.run(['apply', '--plan', hash])).toMatchObject({ code: 0 });
    expect(await rules()).toBe(0);
  });
});
