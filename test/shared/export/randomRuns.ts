import fc from 'fast-check';
import type { Report } from '../../../src/shared/contract/report.ts';
import { exportedRun } from './exportedRun.ts';
import { nastyText } from './randomTables.ts';

const [phase] = exportedRun.phases;

/** Runs with texts that a script could have pushed, in every place. */
export const nastyRun: fc.Arbitrary<Report> = fc
  .record({
    texts: fc.array(nastyText, { minLength: 12, maxLength: 12 }),
    outcome: fc.constantFrom(
      'PASS' as const,
      'FAIL' as const,
      'ERROR' as const,
      'TIMEOUT' as const,
      'ABORTED' as const,
    ),
    phases: fc.array(
      fc.record({
        name: fc.oneof(nastyText, fc.constantFrom('one', 'two')),
        outcome: fc.constantFrom('PASS' as const, 'FAIL' as const, 'ERROR' as const, 'SKIP' as const),
        retry_count: fc.constantFrom(0, 0, 1),
      }),
      { maxLength: 5 },
    ),
  })
  .map(({ texts, outcome, phases }) => withTexts(texts, outcome, phases));

function withTexts(
  texts: readonly string[],
  outcome: Report['outcome'],
  phases: readonly Pick<Report['phases'][number], 'name' | 'outcome' | 'retry_count'>[],
): Report {
  let next = 0;
  const text = (): string => texts[next++ % texts.length] ?? '';
  const place = { source_file: text(), line_number: 7 };
  return {
    ...exportedRun,
    outcome,
    docstring: text(),
    unit: { ...exportedRun.unit, serial_number: text() },
    procedure: { ...exportedRun.procedure, name: text() },
    metadata: { [text()]: text() },
    phases: phases.map((each, index) => ({
      ...exportedRun.phases[0],
      ...phase,
      ...each,
      id: `phase ${index}`,
      started_at: exportedRun.started_at,
      ended_at: exportedRun.ended_at,
      duration: 'PT1S',
      sequence_path: null,
      docstring: text(),
      measurements: [
        {
          ...phase?.measurements[0],
          id: `measurement ${index}`,
          name: text(),
          outcome: 'FAIL',
          units: text(),
          validators: null,
          measured_value: text(),
          docstring: text(),
        },
      ],
    })),
    attachments: [{ id: 'a', name: text(), size: 3, content_type: text(), is_report: false }],
    logs: [
      { ...exportedRun.logs[0], id: 'l', level: 'ERROR', timestamp: exportedRun.started_at, message: text(), ...place },
    ],
    findings: [
      {
        kind: 'error',
        phase_id: phases.length > 0 ? 'phase 0' : null,
        title: text(),
        message: text(),
        ...place,
        is_failure: true,
      },
    ],
  };
}
