import { describe, expect, it } from 'vitest';
import { createTelemetry } from '../../../../daemon/telemetry/telemetry.ts';
import { COMMON } from '../../../support/sample-events.ts';

const OF_GROUP = { account: 'default', region: 'cn-hangzhou', group: 'sg-bp1web', reconcileId: 'c0ffee00' };

function shown(columns: number | null, colors = false) {
  const lines: string[] = [];
  const telemetry = createTelemetry({
    level: 'info',
    format: 'short',
    sink: { write: (line) => void lines.push(line.replace(/\d\d:\d\d:\d\d/, 'HH:MM:SS')) },
    redact: (text) => text.replaceAll('s3cret', '***'),
    colors,
    columns: () => columns,
  });
  return { telemetry, lines };
}

describe('a short line', () => {
  it('says which rule a call changed, and how a group converged', () => {
    const { telemetry, lines } = shown(100);
    const change = '+ tcp 80, 443 from pl-bp1cdn (public-web)';
    telemetry.emit('call.succeeded', { ...COMMON, rules: 2, change });
    telemetry.emit('group.converged', { ...OF_GROUP, rules: 28, changes: 11, durationMs: 410 });
    expect(lines).toEqual([
      `HH:MM:SS  changed    sg-bp1web   ${change}\n`,
      'HH:MM:SS  converged  sg-bp1web   28 rules, 11 calls, 0.4 s\n',
    ]);
  });

  it('fits the terminal, in cells', () => {
    const { telemetry, lines } = shown(60);
    const change = `+ tcp 80 from ${'世'.repeat(60)}`;
    telemetry.emit('call.succeeded', { ...OF_GROUP, rules: 1, change });
    const [line = ''] = lines;
    expect(line).toMatch(/…\n$/);
    const wide = line.match(/世/g)?.length ?? 0;
    expect(line.length - 1 + wide).toBeLessThanOrEqual(60);
    expect(line.length - 1 + wide).toBeGreaterThanOrEqual(59);
  });

  it('of a problem is whole, and has its fields', () => {
    const { telemetry, lines } = shown(40);
    telemetry.emit('call.failed', { ...COMMON, kind: 'rejected', err: 'no s3cret' });
    const [line = ''] = lines;
    expect(line).toMatch(/^HH:MM:SS {2}ERROR {2}ModifySecurityGroupRule on sg-bp1web failed for good /);
    const fields: unknown = JSON.parse(line.slice(line.indexOf('{')));
    expect(fields).toMatchObject({ requestId: COMMON.requestId, kind: 'rejected', err: 'no ***' });
    expect(line).not.toContain('rampart-1');
  });

  it('is in colour only where that is asked for', () => {
    for (const colors of [true, false]) {
      const { telemetry, lines } = shown(null, colors);
      telemetry.emit('call.failed', { ...COMMON, kind: 'rejected' });
      expect(lines[0]?.includes('\u001b[31m')).toBe(colors);
    }
  });
});
