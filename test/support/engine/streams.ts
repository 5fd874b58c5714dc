import type { EnginePhaseOutcome } from '../../../src/shared/contract/engine.ts';
import type { NewRunBody } from '../../../src/shared/contract/newRuns.ts';

export const procedureId = '6d3c4a0e-0000-4000-8000-000000000001';
const time = (second: number): string => new Date(Date.UTC(2026, 10, 28, 6, 15, second)).toISOString();

export interface PhaseScript {
  readonly key: string;
  /** One outcome for each attempt; none: the engine skips the phase. */
  readonly attempts: readonly EnginePhaseOutcome[];
}

/** Returns the lines that the engine prints for phases that run one after the other, and the record that it leaves. */
export function streamOf(
  phases: readonly PhaseScript[],
  { outcome, exitCode }: { readonly outcome: string; readonly exitCode: number },
): { lines: string[]; record: NewRunBody } {
  const events: Record<string, unknown>[] = [
    { type: 'run_started', procedure_id: 'board', protocol_version: '1.0' },
    { type: 'identify_resolved', slot_id: 'default', unit: { serial_number: 'S1', part_number: 'P1' } },
    { type: 'plan', phases: phases.map(({ key }) => ({ key, name: nameOf(key) })) },
  ];
  for (const { key, attempts } of phases) {
    if (attempts.length === 0) events.push({ type: 'phase_skipped', phase_key: key, reason: 'Cancelled' });
    attempts.forEach((result, index) => {
      const attempt = index + 1;
      events.push(
        { type: 'phase_started', phase_key: key, attempt, slot_id: 'default', started_at: time(1) },
        { type: 'measurement_recorded', phase_key: key, name: 'v', value: { Numeric: 5 }, outcome: 'unset' },
        {
          type: 'phase_finished',
          phase_key: key,
          attempt,
          outcome: result,
          started_at: time(1),
          ended_at: time(2),
          ...(result === 'PASS' || result === 'SKIP' ? {} : { error: `measurement \`v\` failed: <= 1.0` }),
        },
      );
    });
  }
  events.push({ type: 'run_finished', outcome, exit_code: exitCode });
  return { lines: events.map((event, seq) => JSON.stringify({ seq, ...event })), record: recordOf(phases, outcome) };
}

const nameOf = (key: string): string => `Phase ${key}`;

function recordOf(phases: readonly PhaseScript[], outcome: string): NewRunBody {
  return {
    outcome: outcome === 'PASS' ? 'PASS' : 'ABORTED',
    procedure_id: procedureId,
    started_at: time(0),
    ended_at: time(3),
    serial_number: 'S1',
    phases: phases.flatMap(({ key, attempts }) =>
      attempts
        .filter((result) => result !== 'SKIP')
        .map((result, index) => ({
          name: nameOf(key),
          outcome: result === 'PASS' || result === 'ERROR' ? result : 'FAIL',
          started_at: time(1),
          ended_at: time(2),
          retry_count: index,
          measurements: [
            { name: 'v', outcome: result === 'PASS' ? ('PASS' as const) : ('FAIL' as const), measured_value: 5 },
          ],
        })),
    ),
    logs: [],
  };
}
