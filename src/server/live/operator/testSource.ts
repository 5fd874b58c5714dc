import type { LiveTest } from '../../../shared/contract/liveTest.ts';
import type { LiveState } from '../../../shared/contract/operator.ts';

/** Whatever tells of tests on a station: a client's stream, a window of an editor, a followed OpenHTF station server. */
export interface TestSource {
  readonly kind: Exclude<LiveState['source'], 'none'>;
  /** The test that it told last. */
  readonly test: LiveTest | null;
  /** It can be reached. */
  readonly connected: boolean;
  /** When it began to tell of this test; by the clock that nobody sets. */
  readonly since: number;
  /** A stop was asked for. */
  readonly stopping: boolean;
  /** Its script runs, with or without a test. */
  readonly busy: boolean;
  /** Takes an answer to the test; the same one may come again. */
  give(prompt: string, text: string): void;
  /** Ends the test in an orderly way; null: it cannot. */
  readonly stop: (() => void) | null;
}

export const isRunning = ({ test, connected }: TestSource): boolean =>
  connected && test !== null && test.status !== 'completed';

/**
 * The source whose test a station shows: one that runs before one that does not, of these the newest. A script that an
 * editor runs may stream too; then both tell of one execution, and the editor knows more.
 */
export function freshest(sources: readonly TestSource[]): TestSource | null {
  const inEditors = new Set(sources.filter(({ kind }) => kind === 'editor').map(({ test }) => test?.execution_id));
  const telling = sources.filter(
    ({ kind, test }) => test !== null && (kind === 'editor' || !inEditors.has(test.execution_id)),
  );
  const [first = null] = telling.sort((a, b) => Number(isRunning(b)) - Number(isRunning(a)) || b.since - a.since);
  return first;
}
