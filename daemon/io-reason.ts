// File errors in words: whoever reads a config or a policy says the same of the same trouble.

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of its path is not a folder',
  ELOOP: 'its symbolic links run in a circle',
  EMFILE: 'this process has too many open files',
  ENFILE: 'this machine has too many open files',
  EIO: 'the disk or network answers with an error',
  ESTALE: 'the network file system has lost it',
};

export const isIoError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error;

/** Why a file operation failed, in words and with the system's code. Anything but a system error is a bug. */
export function ioReason(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') throw error;
  const reason = REASONS[error.code];
  return reason === undefined ? error.code : `${reason} (${error.code})`;
}
