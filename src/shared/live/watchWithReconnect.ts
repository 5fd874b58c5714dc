interface Watch<T> {
  /** Opens the stream. Returns undefined if the server has no such stream: nothing is watched then. */
  readonly open: () => AsyncIterable<T> | Promise<AsyncIterable<T> | undefined>;
  readonly onEvent: (event: T) => void;
  /** Called when the stream ended, or when `open`, the stream or `onEvent` failed, unless the signal was aborted. */
  readonly onDisconnect: (error: unknown) => 'retry' | 'retryNow' | 'stop';
  readonly signal: AbortSignal;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  readonly delay?: (delayMs: number, signal: AbortSignal) => Promise<void>;
}

/** Resolves when there is no such stream, when `onDisconnect` returns 'stop', or when the signal is aborted. */
export async function watchWithReconnect<T>(watch: Watch<T>): Promise<void> {
  const { open, onEvent, onDisconnect, signal, firstDelayMs, maxDelayMs, delay = abortableDelay } = watch;
  let delayMs = firstDelayMs;
  while (!signal.aborted) {
    let failure: unknown = new Error('The stream has ended.');
    try {
      const stream = await open();
      if (stream === undefined) return;
      for await (const event of stream) {
        if (isAborted(signal)) return;
        delayMs = firstDelayMs;
        onEvent(event);
      }
    } catch (error) {
      failure = error;
    }
    if (isAborted(signal)) return;
    const next = onDisconnect(failure);
    if (next === 'stop') return;
    if (next === 'retry') await delay(delayMs, signal);
    delayMs = Math.min(2 * delayMs, maxDelayMs);
  }
}

/** Reads the signal where the compiler would assume that it is still as the condition of the loop found it. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

function abortableDelay(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, delayMs);
    signal.addEventListener('abort', finish);
  });
}
