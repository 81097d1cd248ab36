import { expect, it } from 'vitest';
import { CATALOG } from '../../../../daemon/telemetry/catalog.ts';

it.each(['call.retried', 'call.throttled'] as const)(
  '%s speaks of a token of writes alone: reads have none',
  (event) => {
    const said = (operation: string): string =>
      CATALOG[event].say({ operation, group: 'sg-a', delayMs: 1000, kind: 'retry', code: 'Throttling' });
    expect(said('AuthorizeSecurityGroup')).toMatch(/again in 1\.0 s with the same token$/);
    expect(said('DescribeSecurityGroups')).toMatch(/again in 1\.0 s$/);
  },
);
