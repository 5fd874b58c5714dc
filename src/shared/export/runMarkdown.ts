import type { Report, ReportPhase } from '../contract/report.ts';
import { baseName } from '../format/fileNames.ts';
import { inlineCode } from '../format/markdown.ts';
import { formatSize } from '../format/values.ts';
import { lastAttempts } from '../run/attempts.ts';
import { limitsOf } from '../run/limits.ts';
import { attemptsOf, hasFailed, reasonsOf } from '../run/report.ts';
import { isMarginal, limitsText, measuredText, type ReportedValue } from '../run/results.ts';
import { formatIsoDuration } from '../run/timeline.ts';
import { exportedResults } from './runTables.ts';

const maxTextLength = 300;
const maxLogs = 200;
const maxMeasurements = 500;

/**
 * Returns a run as Markdown, for assistants: what failed comes first, times are in UTC, and every text that a script or a
 * user wrote is inline code, so that none can pass for a heading or a sentence of the report. The operator is left out.
 */
export function runMarkdown(run: Report): string {
  return [
    `# Run ${run.id}`,
    facts(run),
    section('Errors and diagnoses', reasons(run)),
    section('Failed measurements', failures(run), run.outcome === 'FAIL' ? 'No measurement failed.' : null),
    section('Phases and measurements', phases(run), 'The run has no phases.'),
    section('Attachments', attachments(run)),
    section('Logs', logs(run)),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}

const code = (text: string): string => inlineCode(text, maxTextLength);

function section(title: string, lines: readonly string[], empty: string | null = null): string {
  if (lines.length === 0 && empty === null) return '';
  return `## ${title}\n\n${lines.length === 0 ? (empty ?? '') : lines.join('\n')}`;
}

function facts(run: Report): string {
  const { unit, procedure } = run;
  const all: [label: string, value: string | null | undefined][] = [
    ['Serial number', unit.serial_number],
    ['Part number', unit.part.number],
    ['Part name', unit.part.name],
    ['Revision', unit.part.revision.number],
    ['Batch', unit.batch?.number],
    ['Procedure', procedure.name],
    ['Procedure version', procedure.version?.tag],
    ['Station', run.created_by_station?.name],
    ['Slot', run.slot_name ?? run.slot_key],
    ['Description', run.docstring],
    ...run.sub_units.map(({ serial_number }): [string, string] => ['Sub-unit', serial_number]),
  ];
  const metadata = Object.entries(run.metadata ?? {}).map(
    ([key, value]) => `- Metadata ${code(key)}: ${code(String(value))}`,
  );
  return [
    `- Outcome: ${run.outcome}`,
    `- Started: ${utc(run.started_at)}`,
    `- Ended: ${utc(run.ended_at)}`,
    `- Duration: ${formatIsoDuration(run.duration)}`,
    `- Procedure id: ${procedure.id}`,
    ...all.flatMap(([label, value]) => (value ? [`- ${label}: ${code(value)}`] : [])),
    ...metadata,
  ].join('\n');
}

const utc = (time: string): string => new Date(time).toISOString();

function reasons(run: Report): string[] {
  const names = new Map(run.phases.map(({ id, name }) => [id, name]));
  return reasonsOf(run).map(({ kind, phase_id, title, message, source_file, line_number }) => {
    const name = phase_id === null ? undefined : names.get(phase_id);
    const parts = [
      kind === 'error' ? 'Error' : 'Diagnosis',
      ...(name === undefined ? [] : [`in phase ${code(name)}`]),
      code(title),
      ...(message === '' ? [] : [code(message)]),
      ...place(source_file, line_number),
    ];
    return `- ${parts.join(' ')}`;
  });
}

const place = (file: string | null, line: number | null): string[] =>
  file === null || file === '' ? [] : [`at ${code(`${baseName(file)}:${line ?? 1}`)}`];

const failures = ({ phases: all }: Report): string[] =>
  limited(
    lastAttempts<ReportPhase>(all).flatMap((phase) =>
      phase.measurements
        .flatMap(exportedResults)
        .filter(hasFailed)
        .map((result) => `- Phase ${code(phase.name)}: ${resultText(result)}`),
    ),
    maxMeasurements,
    'measurements',
  );

function phases({ phases: all }: Report): string[] {
  const attempts = attemptsOf(all);
  const lines = all.flatMap((phase, index) => {
    const count = attempts[index] ?? 1;
    const attempt = count > 1 ? `, attempt ${phase.retry_count + 1} of ${count}` : '';
    return [
      `- Phase ${code(phase.name)}: ${phase.outcome}, ${formatIsoDuration(phase.duration)}${attempt}`,
      ...phase.measurements.flatMap(exportedResults).map((result) => `  - ${resultText(result)}`),
    ];
  });
  return limited(lines, maxMeasurements, 'phases and measurements');
}

function resultText(result: ReportedValue): string {
  const { name, of, outcome, value, units, validators } = result;
  const measured = measuredText(value, limitsOf(validators));
  const limits = limitsText(validators);
  return [
    `${code(of === null ? name : `${of} (${name})`)}: ${measured === null ? 'not measured' : code(`${measured}${units ? ` ${units}` : ''}`)}`,
    ...(limits === '' ? [] : [`limits ${code(limits)}`]),
    isMarginal(result) ? `${outcome} (marginal)` : outcome,
  ].join(', ');
}

const attachments = ({ attachments: all }: Report): string[] =>
  limited(
    all.map(
      ({ id, name, size }) => `- ${code(name)}, ${size === null ? 'never uploaded' : formatSize(size)}, id ${id}`,
    ),
    maxLogs,
    'attachments',
  );

/** The last lines: they are next to what ended the run. */
function logs({ logs: all }: Report): string[] {
  const shown = all
    .slice(-maxLogs)
    .map(
      ({ timestamp, level, message, source_file, line_number }) =>
        `- ${[utc(timestamp), level, code(message), ...place(source_file, line_number)].join(' ')}`,
    );
  return all.length > shown.length ? [`- (${all.length - shown.length} earlier lines are left out.)`, ...shown] : shown;
}

function limited(lines: readonly string[], most: number, of: string): string[] {
  if (lines.length <= most) return [...lines];
  return [...lines.slice(0, most), `- (${lines.length - most} more ${of} are left out.)`];
}
