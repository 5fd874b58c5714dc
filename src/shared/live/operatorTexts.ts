import type { LiveMeasurement, LivePhase, LiveTest } from '../contract/liveTest.ts';
import { type LimitsBar, limitsBar } from '../run/limits.ts';

export function formatClock(millis: number): string {
  const total = Math.max(0, Math.floor(millis / 1000));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  const tail = String(total % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

export function formatPhaseTime(millis: number): string {
  if (millis >= 60_000) return formatClock(millis);
  return `${(Math.max(0, millis) / 1000).toFixed(millis < 10_000 ? 2 : 1)} s`;
}

export const progressOf = ({ phases, phases_left_out }: LiveTest): { done: number; all: number } => ({
  done: phases_left_out + phases.filter(({ state }) => state !== 'WAITING' && state !== 'RUNNING').length,
  all: phases_left_out + phases.length,
});

export interface FailureReason {
  readonly phase: LivePhase;
  readonly measurement: LiveMeasurement | null;
}

/** A missing measurement is a reason only if its phase ended by itself, not if it raised an exception or was aborted. */
export function failureReasonsOf({ phases, outcome: verdict }: LiveTest): FailureReason[] {
  const isAborted = verdict === 'ABORTED';
  return phases
    .filter(({ state }) => state === 'FAIL' || (state === 'ERROR' && !isAborted))
    .flatMap((phase): FailureReason[] => {
      const isWhole = phase.state === 'FAIL' && !isAborted;
      const failed = phase.measurements.filter(
        ({ outcome }) => outcome === 'FAIL' || (isWhole && (outcome === 'UNSET' || outcome === 'PARTIALLY_SET')),
      );
      const without = phase.state === 'ERROR' || failed.length === 0 ? [{ phase, measurement: null }] : [];
      return [...without, ...failed.map((measurement) => ({ phase, measurement }))];
    });
}

export const barOf = ({ number, lower, upper }: LiveMeasurement): LimitsBar | null =>
  limitsBar({ lower, upper, marginalLower: null, marginalUpper: null }, number);

/** Returns the next serial number. Its last group of digits is increased by one and keeps its width. */
export function nextSerialNumber(serialNumber: string): string | null {
  const found = /^(.*?)(\d+)(\D*)$/s.exec(serialNumber);
  if (!found) return null;
  const [, before = '', digits = '', after = ''] = found;
  return `${before}${String(BigInt(digits) + 1n).padStart(digits.length, '0')}${after}`;
}

export const timeLeftMs = (
  { emitted_at, timeout_s }: { emitted_at: number; timeout_s: number | null },
  now: number,
): number | null => (timeout_s === null ? null : Math.max(0, emitted_at + timeout_s * 1000 - now));
