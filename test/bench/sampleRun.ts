/** A run with 10 phases and 50 measurements, as v2 `POST /runs` takes it. */
export function sampleRun(procedure_id: string, n: number): Record<string, unknown> {
  const start = Date.UTC(2026, 0, 1) + n * 1000;
  const time = (millis: number): string => new Date(start + millis).toISOString();
  return {
    outcome: n % 20 === 0 ? 'FAIL' : 'PASS',
    procedure_id,
    started_at: time(0),
    ended_at: time(60_000 + (n % 1000)),
    serial_number: `BENCH-${Math.floor(n / 2)}`,
    part_number: `PCBA-${n % 10}`,
    batch_number: `B-${n % 100}`,
    procedure_version: '1.0.0',
    phases: Array.from({ length: 10 }, (_phase, p) => ({
      name: `phase_${p}`,
      outcome: 'PASS',
      started_at: time(p * 6000),
      ended_at: time(p * 6000 + 5000),
      measurements: Array.from({ length: 5 }, (_measurement, m) => ({
        name: `measurement_${m}`,
        outcome: 'PASS',
        measured_value: 3.3 + m / 10,
        units: 'V',
        validators: [
          { outcome: 'PASS', operator: '>=', expected_value: 3 },
          { outcome: 'PASS', operator: '<=', expected_value: 5 },
        ],
      })),
    })),
  };
}
