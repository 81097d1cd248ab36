import type { Telemetry } from './events.ts';

/** One telemetry that passes every event on to each of these, in order. */
export function fanOut(receivers: readonly Telemetry[]): Telemetry {
  return {
    emit: (event, fields) => {
      for (const receiver of receivers) receiver.emit(event, fields);
    },
  };
}
