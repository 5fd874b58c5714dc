interface Waiting {
  amount: number;
  start(): void;
}

/** An amount that concurrent work shares. Work that does not fit waits in the order of its arrival. */
export class Budget {
  #left: number;
  readonly #waiting: Waiting[] = [];

  constructor(amount: number) {
    this.#left = amount;
  }

  /**
   * Waits until the amount is available, and takes it.
   * @param amount up to the whole budget
   * @returns a function that releases the amount
   */
  async take(amount: number): Promise<() => void> {
    if (this.#waiting.length > 0 || amount > this.#left) {
      await new Promise<void>((begin) => this.#waiting.push({ amount, start: begin }));
    } else {
      this.#left -= amount;
    }
    return () => {
      this.#left += amount;
      this.#startNext();
    };
  }

  #startNext(): void {
    for (let [next] = this.#waiting; next !== undefined && next.amount <= this.#left; [next] = this.#waiting) {
      this.#waiting.shift();
      this.#left -= next.amount;
      next.start();
    }
  }
}
