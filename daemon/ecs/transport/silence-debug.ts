// With DEBUG=httpx:* (or *) in the environment, the HTTP layer below pop-core and @alicloud/credentials prints
// every request body to stderr, SecurityToken included, and the latter prints what it signs. The `debug` copies
// that they use are switched off here; DEBUG stays as it is for everybody else.
import { createRequire } from 'node:module';

interface DebugModule {
  disable(): unknown;
}

/** Switches the debug output of the vendor's libraries off, in this process, for good. May be called again. */
export function silenceVendorDebug(): void {
  const saved = process.env.DEBUG;
  const requireHere = createRequire(import.meta.url);
  for (const library of ['@alicloud/pop-core', '@alicloud/credentials']) {
    const requireInLibrary = createRequire(requireHere.resolve(library));
    const requireInHttpx = createRequire(requireInLibrary.resolve('httpx'));
    (requireInLibrary('debug') as DebugModule).disable();
    (requireInHttpx('debug') as DebugModule).disable();
  }
  if (saved !== undefined) process.env.DEBUG = saved;
}
