// Who runs a command, as far as the machine knows: kept with what they did. Nothing proves it.
import { hostname, userInfo } from 'node:os';

/** `user@host`. */
export function whoami(): string {
  return `${userName()}@${hostname()}`;
}

/** A user id that no account has may run us too, as in a container. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
