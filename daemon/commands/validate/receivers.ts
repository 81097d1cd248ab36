// What is wrong with the receivers of notifications beyond the shape of their section: it is in the environment and in
// files, which may be others where the daemon runs.
import type { Problem } from '../../../reconciler/model/problem.ts';
import type { Config } from '../../config/config.ts';
import { placeInConfig } from '../../config/load.ts';
import type { Variables } from '../../config/secret.ts';
import { checkedAddress } from '../../notify/address.ts';

export async function receiverProblems(
  { file, notify }: Pick<Config, 'file' | 'notify'>,
  env: Variables,
): Promise<Problem[]> {
  const problems = await Promise.all(
    notify.map(async (settings, index): Promise<Problem[]> => {
      const address = await checkedAddress(settings, env);
      if (address.ok) return [];
      const { kind, message } = address.error;
      const place = placeInConfig(file, ['notify', index]);
      return kind === 'wrong'
        ? [{ ...place, severity: 'error', code: 'receiver-address', message, hint: WRITE_ADDRESS }]
        : [
            {
              ...place,
              severity: 'warning',
              code: 'receiver-absent',
              message: `${message} here`,
              hint: NOT_HERE,
            },
          ];
    }),
  );
  return problems.flat();
}

const WRITE_ADDRESS = 'put there what the receiver shows; docs/notifications.md says where to find it';
const NOT_HERE = 'the daemon does not start without it';
