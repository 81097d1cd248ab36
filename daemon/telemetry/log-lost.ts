// By itself, because the process asks for it before it is known whether anything will be logged.

/** Why a line of the log could not be written. Has no code: a closed pipe is no reader that has read enough. */
export class LogLost extends Error {
  override readonly name = 'LogLost';
}
