import { format, resolveConfig } from 'prettier';

/** A text as `npm run format` wants it at that path. */
export const formatted = async (path: string, text: string): Promise<string> =>
  format(text, { ...(await resolveConfig(path)), filepath: path });
