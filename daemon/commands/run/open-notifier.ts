// Who is told of what happens, as the config has it.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Invocation } from '../../../reconciler/plan/safety.ts';
import { UsageError, type Io } from '../../cli/io.ts';
import { systemClock } from '../../clock.ts';
import type { Config } from '../../config/config.ts';
import { checkedAddress, secretsOf } from '../../notify/address.ts';
import { Notifier } from '../../notify/notifier.ts';
import { POST_TIMEOUT_MS, postWithin } from '../../notify/post.ts';
import type { Telemetry } from '../../telemetry/events.ts';
import { createRedactor } from '../../telemetry/redact.ts';
import type { Secrets } from '../../compose/secrets.ts';

/** How long a stop waits for receivers. */
export const NOTIFY_GRACE_MS = 5000;

interface ReceiverPorts {
  readonly io: Pick<Io, 'env'>;
  readonly secrets: Secrets;
}

export interface NotifierParts extends ReceiverPorts {
  readonly invocation: Invocation;
  readonly report: Telemetry;
}

/** To be put beside the log. It tells no one before it is configured. */
export const createNotifier = ({ io, secrets, ...parts }: NotifierParts): Notifier =>
  new Notifier({
    ...parts,
    env: io.env,
    clock: systemClock,
    post: postWithin(POST_TIMEOUT_MS),
    redact: createRedactor(secrets.values),
    secrets,
    newId: randomUUID,
    host: hostname(),
  });

/** A UsageError that names every URL or secret that is not there: told at the start, and not when it is needed. */
export async function checkReceivers({ notify }: Config, { io, secrets }: ReceiverPorts): Promise<void> {
  const problems = await Promise.all(
    notify.map(async (settings, index) => {
      const address = await checkedAddress(settings, io.env);
      if (!address.ok) return [`notify[${index}]: ${address.error.message}`];
      for (const secret of secretsOf(address.value)) secrets.add(secret);
      return [];
    }),
  );
  if (problems.flat().length > 0) throw new UsageError(problems.flat().join('\n'));
}
