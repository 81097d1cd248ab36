// Secrets that the config names by an environment variable or a file. They are read when they are needed, so that a
// rotated one is used without a restart.
import { open } from 'node:fs/promises';

export type Variables = Readonly<Record<string, string | undefined>>;

/** Where a secret is. */
export interface SecretPlace {
  readonly variable: string | undefined;
  readonly file: string | undefined;
}

/** A variable or file that the config names is not there. The message says which, never what it holds. */
export class SecretMissing extends Error {
  override readonly name = 'SecretMissing';
}

/** What is longer is cut, and then whoever asked for the secret refuses it. */
const MAX_SECRET_FILE_BYTES = 64 * 1024;

/** Neither variable nor file named: empty text. Named but missing or empty: throws. */
export async function readSecret({ variable, file }: SecretPlace, env: Variables): Promise<string> {
  if (variable !== undefined) {
    const value = env[variable]?.trim() ?? '';
    if (value === '') throw new SecretMissing(`the environment variable ${variable} is not set`);
    return value;
  }
  if (file === undefined) return '';
  const text = (await readStart(file)).trim();
  if (text === '') throw new SecretMissing(`the file ${file} is empty`);
  return text;
}

async function readStart(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_SECRET_FILE_BYTES));
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'error';
    throw new SecretMissing(`the file ${path} cannot be read (${code})`);
  }
}
