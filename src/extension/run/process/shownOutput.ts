import { type Scheduler, systemScheduler } from '../../vscode/scheduler.ts';

/** VS Code freezes under many millions of characters. */
const [burst, perSecond] = [1_000_000, 100_000];
const [pause, end] = [1_000, 5_000];

/** Shows what a script prints. Of output that comes too fast to be read, it shows only the end of each second. */
export class ShownOutput {
  readonly #show: (text: string) => void;
  readonly #leftOut: (characters: number) => string;
  readonly #clock: Scheduler;
  #allowance = burst;
  #since: number;
  #held = '';
  #tooFast = 0;
  #cancel = (): void => undefined;

  constructor(
    show: (text: string) => void,
    leftOut: (characters: number) => string,
    clock: Scheduler = systemScheduler,
  ) {
    this.#show = show;
    this.#leftOut = leftOut;
    this.#clock = clock;
    this.#since = clock.now();
  }

  add(text: string): void {
    this.#refill();
    if (this.#tooFast === 0 && text.length <= this.#allowance) {
      this.#allowance -= text.length;
      this.#show(text);
      return;
    }
    if (this.#tooFast === 0) {
      this.#cancel = this.#clock.schedule(pause, () => {
        this.flush();
        return Promise.resolve();
      });
    }
    this.#tooFast += text.length;
    this.#held = (this.#held + text).slice(-end);
  }

  flush(): void {
    this.#cancel();
    if (this.#tooFast === 0) return;
    const cut = this.#tooFast > this.#held.length;
    const text = cut ? this.#held.slice(this.#held.indexOf('\n') + 1) : this.#held;
    if (cut) this.#show(`\n${this.#leftOut(this.#tooFast - text.length)}\n`);
    this.#show(text);
    this.#tooFast = 0;
    this.#held = '';
  }

  #refill(): void {
    const now = this.#clock.now();
    this.#allowance = Math.min(burst, this.#allowance + ((now - this.#since) / 1000) * perSecond);
    this.#since = now;
  }
}
