import { type Scheduler, systemScheduler } from '../../vscode/scheduler.ts';

/** VS Code freezes under many millions of characters. */
const burstCharacters = 1_000_000;
const charactersPerSecond = 100_000;
const flushIntervalMs = 1_000;
const keptCharacters = 5_000;

/** Shows what a script prints. Of output that comes too fast to be read, it shows only the end of each second. */
export class ShownOutput {
  readonly #show: (text: string) => void;
  readonly #describeOmitted: (characters: number) => string;
  readonly #clock: Scheduler;
  #allowance = burstCharacters;
  #since: number;
  #held = '';
  #excess = 0;
  #cancel = (): void => undefined;

  constructor(
    show: (text: string) => void,
    describeOmitted: (characters: number) => string,
    clock: Scheduler = systemScheduler,
  ) {
    this.#show = show;
    this.#describeOmitted = describeOmitted;
    this.#clock = clock;
    this.#since = clock.now();
  }

  add(text: string): void {
    this.#refill();
    if (this.#excess === 0 && text.length <= this.#allowance) {
      this.#allowance -= text.length;
      this.#show(text);
      return;
    }
    if (this.#excess === 0) {
      this.#cancel = this.#clock.schedule(flushIntervalMs, () => {
        this.flush();
        return Promise.resolve();
      });
    }
    this.#excess += text.length;
    this.#held = (this.#held + text).slice(-keptCharacters);
  }

  flush(): void {
    this.#cancel();
    if (this.#excess === 0) return;
    const isCut = this.#excess > this.#held.length;
    const text = isCut ? this.#held.slice(this.#held.indexOf('\n') + 1) : this.#held;
    if (isCut) this.#show(`\n${this.#describeOmitted(this.#excess - text.length)}\n`);
    this.#show(text);
    this.#excess = 0;
    this.#held = '';
  }

  #refill(): void {
    const now = this.#clock.now();
    this.#allowance = Math.min(burstCharacters, this.#allowance + ((now - this.#since) / 1000) * charactersPerSecond);
    this.#since = now;
  }
}
