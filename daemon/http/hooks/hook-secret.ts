// The secret of a door. It is read for each hook, as credentials are for each call: a rotated one is used without a
// restart.
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import { readSecret, SecretMissing, type SecretPlace, type Variables } from '../../config/secret.ts';

/** Whoever knows it may make the daemon read, so it must not be guessed. */
const LEAST_CHARACTERS = 16;

export interface SecretPorts {
  readonly env: Variables;
  /** What was read is added, so that the log can blot it out. */
  readonly secrets: { readonly add: (secret: string) => void };
}

/** The error says what to mend, and never what was read. */
export type HookSecret = () => Promise<Result<string, string>>;

/** `key`: of the config, for messages. */
export const hookSecret =
  (key: string, place: SecretPlace, { env, secrets }: SecretPorts): HookSecret =>
  async () => {
    try {
      const secret = await readSecret(place, env);
      secrets.add(secret);
      if (secret.length >= LEAST_CHARACTERS) return ok(secret);
      const least = `the secret has fewer than ${LEAST_CHARACTERS} characters`;
      return err(`${key}: ${least}; make one with \`openssl rand -hex 32\``);
    } catch (error) {
      if (error instanceof SecretMissing) return err(`${key}: ${error.message}`);
      throw error;
    }
  };
