import type { LiveTest } from '../../../shared/contract/liveTest.ts';
import type { LiveState } from '../../../shared/contract/operator.ts';

export interface TestSource {
  readonly kind: Exclude<LiveState['source'], 'none'>;
  readonly test: LiveTest | null;
  readonly isConnected: boolean;
  readonly startedAtMs: number;
  readonly isStopping: boolean;
  readonly isBusy: boolean;
  /** Passes an answer to the test. The same answer may be passed again. */
  answer(prompt: string, text: string): void;
  readonly stop: (() => void) | null;
}

export const isRunning = ({ test, isConnected: connected }: TestSource): boolean =>
  connected && test !== null && test.status !== 'completed';

export function currentSource(sources: readonly TestSource[]): TestSource | null {
  const [first = null] = sources
    .filter(({ test }) => test !== null)
    .sort((a, b) => Number(isRunning(b)) - Number(isRunning(a)) || b.startedAtMs - a.startedAtMs);
  return first;
}
