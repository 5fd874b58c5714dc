import type { LiveTest } from '../../../shared/contract/liveTest.ts';
import type { LiveState } from '../../../shared/contract/operator.ts';

/** A source of tests of a station: a client's stream, an editor window, or a followed OpenHTF station server. */
export interface TestSource {
  readonly kind: Exclude<LiveState['source'], 'none'>;
  /** The test that it reported last. */
  readonly test: LiveTest | null;
  /** Whether it can be reached. */
  readonly connected: boolean;
  /** When it started to report this test, by the monotonic clock. */
  readonly since: number;
  /** Whether a stop was requested. */
  readonly stopping: boolean;
  /** Whether its script is running, with or without a test. */
  readonly busy: boolean;
  /** Passes an answer to the test. The same answer may be passed again. */
  answer(prompt: string, text: string): void;
  /** Stops the test in an orderly way; null if it cannot. */
  readonly stop: (() => void) | null;
}

export const isRunning = ({ test, connected }: TestSource): boolean =>
  connected && test !== null && test.status !== 'completed';

/**
 * Returns the source whose test a station shows: a running one before others, then the newest. A script that an editor
 * runs may stream too. Both then report one execution, and the editor's report has more details.
 */
export function currentSource(sources: readonly TestSource[]): TestSource | null {
  const inEditors = new Set(sources.filter(({ kind }) => kind === 'editor').map(({ test }) => test?.execution_id));
  const reporting = sources.filter(
    ({ kind, test }) => test !== null && (kind === 'editor' || !inEditors.has(test.execution_id)),
  );
  const [first = null] = reporting.sort((a, b) => Number(isRunning(b)) - Number(isRunning(a)) || b.since - a.since);
  return first;
}
