import {
  type History,
  mergePauses,
  mergeSpans,
  normalizeMarks,
  type PauseSpan,
  type TimeSpan,
} from '../../../src/shared/uptime/uptimeHistory.ts';

/** Normalizes what is known of a station. The lists may be unordered and have repetitions, overlaps and reversed spans. */
export const historyOf = (known: {
  marks: readonly number[];
  observers: readonly TimeSpan[];
  pauses: readonly PauseSpan[];
  now: number;
}): History => ({
  marks: normalizeMarks(known.marks),
  observed: mergeSpans(known.observers),
  pauses: mergePauses(known.pauses),
  now: known.now,
});
