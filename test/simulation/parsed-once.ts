// One simulation has several processes that read the same few policy files; each text is parsed once for all of them.
import { parseOne, type ParsedFile } from '../../daemon/source/compile/policy-work.ts';
import { thisThread, type WorkPlace } from '../../daemon/source/compile/work-place.ts';

export function parsedOnce(): WorkPlace {
  const known = new Map<string, ParsedFile>();
  return {
    ...thisThread,
    parse: (tasks, take) => {
      for (const task of tasks) {
        const key = `${task.file}\n${Buffer.from(task.bytes).toString()}`;
        const parsed = known.get(key) ?? parseOne(task);
        known.set(key, parsed);
        take(task, parsed);
      }
      return Promise.resolve();
    },
  };
}
