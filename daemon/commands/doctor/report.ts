// Where the checks of `rampart doctor` come out: line by line as they end, or as one JSON document.
import { isTty, line, type Io } from '../../cli/io.ts';
import { lookOf, type ColorChoice } from '../../cli/look.ts';
import { checkLine, type DoctorCheck } from './check.ts';
import type { ComparedRate } from './rates.ts';

export class DoctorReport {
  readonly #io: Io;
  readonly #asJson: boolean;
  readonly #color: ColorChoice | undefined;
  readonly #checks: DoctorCheck[] = [];
  readonly #rates: ComparedRate[] = [];
  #shown = '';

  constructor(io: Io, { json, color }: { readonly json: boolean; readonly color: ColorChoice | undefined }) {
    this.#io = io;
    this.#asJson = json;
    this.#color = color;
  }

  get isBroken(): boolean {
    return this.#checks.some(({ state }) => state === 'broken');
  }

  /** On a terminal it shows what is being looked at while the work goes on. */
  async during<T>(what: string, work: () => Promise<T>): Promise<T> {
    this.#show(`checking ${what} ...`);
    try {
      return await work();
    } finally {
      this.#show('');
    }
  }

  /** Before something else is written to the terminal. */
  clear(): void {
    this.#show('');
  }

  add(checks: readonly DoctorCheck[]): void {
    // What was broken off is no news of anything.
    if (this.#io.stopSignal.aborted) return;
    this.#checks.push(...checks);
    if (this.#asJson) return;
    const look = lookOf(this.#io.stdout, this.#io, this.#color);
    for (const check of checks) line(this.#io.stdout, checkLine(check, look));
  }

  addRates(rates: readonly ComparedRate[]): void {
    this.#rates.push(...rates);
  }

  end(): void {
    if (this.#io.stopSignal.aborted) return;
    if (!this.#asJson) {
      line(this.#io.stdout, `\n${this.#summary()}`);
      return;
    }
    const document = { version: 1, ok: !this.isBroken, checks: this.#checks, rates: this.#rates };
    line(this.#io.stdout, JSON.stringify(document, null, 2));
  }

  #summary(): string {
    const count = (state: DoctorCheck['state']): number =>
      this.#checks.filter((check) => check.state === state).length;
    const warnings = count('warning');
    return `${count('broken')} broken, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}, ${count('not tried')} not tried, ${count('ok')} ok`;
  }

  /** Without codes of a terminal: the next text is written over the last. */
  #show(text: string): void {
    const { stderr } = this.#io;
    if (!isTty(stderr)) return;
    stderr.write(`\r${text.padEnd(this.#shown.length)}${text === '' ? '\r' : ''}`);
    this.#shown = text;
  }
}
