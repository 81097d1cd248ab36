// Policy files that a test holds in memory, as a source: a change is heard of at once.
import { contentHash, revisionText } from '../../daemon/source/git/revision.ts';
import { noKinds, OUTSIDE_GIT, type Source, type SourceFile } from '../../daemon/source/source.ts';

export class PolicyFiles implements Source {
  readonly #texts = new Map<string, string>();
  #writes = 0;
  /** How often they were read. */
  loads = 0;
  readonly #stamps = new Map<string, string>();
  readonly #listeners = new Set<() => void>();

  constructor(texts: Readonly<Record<string, string>>) {
    for (const [name, text] of Object.entries(texts)) this.write(name, text);
  }

  write(name: string, text: string): void {
    this.#texts.set(name, text);
    this.#stamps.set(name, `write ${(this.#writes += 1)}`);
    for (const listener of this.#listeners) listener();
  }

  /** As above, but no one hears of it. */
  writeUnseen(name: string, text: string): void {
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    this.write(name, text);
    for (const listener of listeners) this.#listeners.add(listener);
  }

  load: Source['load'] = () => {
    this.loads += 1;
    const files: SourceFile[] = [...this.#texts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, text]) => ({
        path,
        file: `policies/${path}`,
        bytes: Buffer.from(text),
        stamp: this.#stamps.get(path) ?? '',
        inGit: null,
      }));
    const content = contentHash(files);
    const revision = revisionText(content, null);
    return Promise.resolve({
      files,
      unreadable: [],
      kinds: noKinds('policies'),
      content,
      revision,
      ...OUTSIDE_GIT,
    });
  };

  refresh: Source['refresh'] = () => Promise.resolve();
  remote: Source['remote'] = () => null;

  watch: Source['watch'] = (onChange) => {
    this.#listeners.add(onChange);
    return Promise.resolve({
      close: () => {
        this.#listeners.delete(onChange);
        return Promise.resolve();
      },
    });
  };
}
