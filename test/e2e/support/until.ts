import { setTimeout as wait } from 'node:timers/promises';

interface Patience {
  /** Milliseconds. */
  timeout?: number;
  /** Ends the sentence of the error, such as `the server's answer`. */
  what?: string;
}

/** Repeats `find` until it gives something: not undefined, null or false. Errors of `find` are tried again. */
export async function until<T>(
  find: () => T | Promise<T>,
  { timeout = 45_000, what = 'what was waited for' }: Patience = {},
): Promise<Exclude<T, undefined | null | false>> {
  const end = Date.now() + timeout;
  for (;;) {
    let problem: unknown = new Error(`${timeout / 1000} s were not enough for ${what}.`);
    try {
      const found = await find();
      if (isThere(found)) return found;
    } catch (error) {
      problem = error;
    }
    if (Date.now() > end) throw problem;
    await wait(50);
  }
}

/** Repeats an assertion until it holds; at the end of the patience its own error is thrown. */
export async function eventually(assertion: () => void | Promise<void>, patience: Patience = {}): Promise<void> {
  await until(async () => {
    await assertion();
    return true;
  }, patience);
}

function isThere<T>(value: T): value is Exclude<T, undefined | null | false> {
  return value !== undefined && value !== null && value !== false;
}
