import { isIPv4, isIPv6 } from 'node:net';
import { MAX_PORT } from '../../reconciler/model/ports.ts';
import { err, ok, type Result } from '../../reconciler/model/result.ts';

export interface ListenAddress {
  /** IPv4 or IPv6 address without brackets, or `localhost`. */
  readonly host: string;
  /** 0 is any free port. */
  readonly port: number;
}

const FORM = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/;

/** `HOST:PORT`, read strictly: the host is always written out, so that no one listens to the world by omission. */
export function parseListen(text: string): Result<ListenAddress, string> {
  const [, bracketed, plain, digits = ''] = FORM.exec(text) ?? [];
  const isHost = bracketed === undefined ? isPlainHost(plain ?? '') : isIPv6(bracketed);
  if (!isHost) return err(noAddress(text));
  const port = Number(digits);
  if (port > MAX_PORT)
    return err(`the port is beyond ${MAX_PORT}: write \`${text.slice(0, -digits.length)}${MAX_PORT}\``);
  if (String(port) !== digits) {
    return err(
      `the port has zeros before it: write \`${text.slice(0, -digits.length)}${port}\`, without leading zeros`,
    );
  }
  return ok({ host: bracketed ?? plain ?? '', port });
}

/** Names no text but a port, which is no secret. */
function noAddress(text: string): string {
  const [, digits] = /^(?:https?:\/\/)?(?:[a-z\d.*-]*:)?(\d{1,5})\/?$/i.exec(text) ?? [];
  const port = digits === undefined || Number(digits) > MAX_PORT ? 8481 : Number(digits);
  return `this is no ADDRESS:PORT: write ADDRESS:PORT, such as \`127.0.0.1:${port}\` or [::1]:${port}`;
}

export const hostInUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** Other names are refused: which address they listen on would be up to DNS. */
const isPlainHost = (host: string): boolean => host === 'localhost' || isIPv4(host);

/** What a person can do where an address cannot be taken. `why`: what the system said; `where`: the key or flag that has it. */
export function listenAdvice(why: string, where: string, others = ''): string {
  const another = `write another ADDRESS:PORT${others} for ${where}`;
  if (why.includes('EACCES') || why.includes('EPERM'))
    return `this user may not take that port: ${another}, with a port from 1024 on`;
  if (why.includes('EADDRNOTAVAIL'))
    return `this machine does not have that address (\`ip addr\` shows those that it has): ${another}`;
  return `end what has the port (\`ss -ltnp\` shows it), or ${another}`;
}

/** A key of the config, as `listenAdvice` names it. */
export const keyOfConfig = (key: string): string => `\`${key}\` in the config`;
