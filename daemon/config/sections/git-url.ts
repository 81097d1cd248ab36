// Where a git repository is, as the config names it. Nothing that git could take for a command or an option gets
// through, and no secret: a URL is shown in messages and by `ps`.
import { err, ok, type Result } from '../../../reconciler/model/result.ts';

export interface GitUrl {
  readonly kind: 'https' | 'ssh' | 'local';
  /** As git takes it; of a local repository its path, which is relative to the config file until it is resolved. */
  readonly url: string;
}

const KINDS = 'https://HOST/PATH, ssh://USER@HOST/PATH, USER@HOST:PATH, file:///PATH or a local path';

const CONTROL = /[\u0000-\u001f\u007f]/;

/** Messages never quote the text. */
export function parseGitUrl(text: string): Result<GitUrl, string> {
  if (text === '' || text.startsWith('-') || text.includes(' ') || CONTROL.test(text))
    return err(`write ${KINDS}`);
  if (text.includes('://')) return parseWithScheme(text);
  const isShort = /^[^/]*:/.test(text);
  if (isShort) return parseShortSsh(text);
  // A host without a path; a folder of such a name is `./USER@HOST`.
  return /^[^/]+@[^/]+$/.test(text) ? err(`write ${KINDS}`) : ok({ kind: 'local', url: text });
}

function parseWithScheme(text: string): Result<GitUrl, string> {
  if (!URL.canParse(text)) return err(`write ${KINDS}`);
  const url = new URL(text);
  const { protocol, username, hostname, pathname, search, hash } = url;
  if (hasSecret(url)) {
    return err(
      'a secret never stands in the URL: leave out what is before the @, and name the secret under `auth`',
    );
  }
  if (search !== '' || hash !== '') return err('write the URL without ? and #');
  switch (protocol) {
    case 'https:':
      return ok({ kind: 'https', url: text });
    case 'ssh:':
      return hostname.startsWith('-') || username.startsWith('-')
        ? err(`write ${KINDS}`)
        : ok({ kind: 'ssh', url: text });
    case 'file:':
      return hostname === '' ? localPath(pathname) : err('write file:///PATH, without a host');
    default:
      return err(`write ${KINDS}; other ways to a repository are not taken`);
  }
}

/** Tokens stand before the @ of an https URL as well. */
const hasSecret = ({ protocol, username, password }: URL): boolean =>
  password !== '' || (protocol === 'https:' && username !== '');

function localPath(pathname: string): Result<GitUrl, string> {
  try {
    const path = decodeURIComponent(pathname);
    return CONTROL.test(path) ? err(`write ${KINDS}`) : ok({ kind: 'local', url: path });
  } catch {
    return err('a % in the path stands for a byte, as in %20: write %25 for % itself');
  }
}

/** `USER@HOST:PATH` */
function parseShortSsh(text: string): Result<GitUrl, string> {
  return /^([\w.][\w.-]*@)?[\w.][\w.-]*:(?!:).+$/.test(text)
    ? ok({ kind: 'ssh', url: text })
    : err(`write ${KINDS}`);
}
