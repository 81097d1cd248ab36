// The headers of a commit or a tag, read strictly: what git and we could read differently is not read at all.

export interface Header {
  readonly name: string;
  /** Lines of a value are parted by newlines. */
  readonly value: string;
}

export interface Headed {
  readonly headers: readonly Header[];
  readonly body: string;
}

/** Null for anything but lines `NAME VALUE`, lines that go on with a space, and an empty line at their end. */
export function readHeaders(bytes: Uint8Array): Headed | null {
  const text = Buffer.from(bytes).toString('latin1');
  const end = text.indexOf('\n\n');
  if (end === -1) return null;
  const head = text.slice(0, end);
  // What ends a text for some readers and not for others.
  if (/[\u0000\r]/.test(head)) return null;
  const headers: Header[] = [];
  for (const line of head.split('\n')) {
    const last = headers.at(-1);
    if (line.startsWith(' ')) {
      if (last === undefined) return null;
      headers[headers.length - 1] = { name: last.name, value: `${last.value}\n${line.slice(1)}` };
      continue;
    }
    const [, name, value] = /^([A-Za-z0-9:_-]+) (.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return null;
    headers.push({ name, value });
  }
  return { headers, body: text.slice(end + 2) };
}

export interface Person {
  readonly email: string;
  readonly atSeconds: number;
}

/** `NAME <EMAIL> SECONDS ZONE`; null for anything else, an address with `<` or `>` in it too. */
export function readPerson(value: string): Person | null {
  const [, email, seconds] = /^[^<>\n]* ?<([^<>\n]*)> (\d{1,12}) [+-]\d{4}$/.exec(value) ?? [];
  if (email === undefined || seconds === undefined) return null;
  return { email: Buffer.from(email, 'latin1').toString('utf8'), atSeconds: Number(seconds) };
}

/** What kind of signature; `other` is one that nothing here can verify, or more than one. */
export type SignatureKind = 'ssh' | 'openpgp' | 'other';

const BEGINNING = /^-----BEGIN ([A-Z ]+)-----$/gm;

/** Null if the text holds none. */
export function signatureKind(text: string): SignatureKind | null {
  const kinds = [...text.matchAll(BEGINNING)].map(([, words]) => words);
  const [kind, ...more] = kinds;
  if (kind === undefined) return null;
  if (more.length > 0) return 'other';
  if (kind === 'SSH SIGNATURE') return 'ssh';
  return kind === 'PGP SIGNATURE' ? 'openpgp' : 'other';
}
