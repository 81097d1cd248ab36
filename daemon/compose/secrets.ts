// Every secret that this process has come to know, so that the log can blot it out wherever it turns up.
import type { CredentialsSource } from '../ecs/credentials/credentials.ts';

/** Rotated credentials leave; a message about an old call may still quote the last few. */
const MAX_SECRETS = 64;

export class Secrets {
  readonly #values = new Set<string>();

  values = (): readonly string[] => [...this.#values];

  /** The same source, but what it hands out is remembered here. */
  watching(source: CredentialsSource): CredentialsSource {
    return {
      get: async () => {
        const credentials = await source.get();
        if (credentials.ok) {
          this.add(credentials.value.accessKeySecret);
          this.add(credentials.value.securityToken ?? '');
        }
        return credentials;
      },
      forget: () => source.forget(),
      keyPlaces: source.keyPlaces,
    };
  }

  add(secret: string): void {
    if (secret === '') return;
    this.#values.delete(secret);
    this.#values.add(secret);
    const oldest = this.#values.values().next();
    if (this.#values.size > MAX_SECRETS && oldest.done !== true) this.#values.delete(oldest.value);
  }
}
