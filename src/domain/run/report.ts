import type { Report, ReportMeasurement } from '../../contract/report.ts';
import type { MeasurementAnswer, Run } from '../../contract/runs.ts';

/** The run without what its report does not show at once. */
export function reportOf(run: Run): Report {
  return {
    ...run,
    phases: run.phases.map((phase) => ({ ...phase, measurements: phase.measurements.map(withoutPoints) })),
    attachments: run.attachments.map(({ id, name, size, content_type, is_report }) => ({
      id,
      name,
      size,
      content_type,
      is_report,
    })),
  };
}

function withoutPoints({ data_series: series, ...rest }: MeasurementAnswer): ReportMeasurement {
  if (series === undefined) return rest;
  const axes = series.map(({ name, units, description, validators, aggregations }) => ({
    name,
    units,
    description,
    validators,
    aggregations,
  }));
  return { ...rest, curve: { points: series[0]?.data.length ?? 0, axes } };
}

/** How often each phase was tried: attempts of one phase follow each other with a growing `retry_count`. */
export function attemptsOf(phases: readonly { name: string; retry_count: number }[]): number[] {
  const counts: number[] = [];
  for (let at = phases.length - 1; at >= 0; at--) {
    const [phase, next] = [phases[at], phases[at + 1]];
    const continues = phase !== undefined && next?.name === phase.name && next.retry_count === phase.retry_count + 1;
    counts[at] = continues ? (counts[at + 1] ?? 1) : (phase?.retry_count ?? 0) + 1;
  }
  return counts;
}

/** The measurements that failed, of all phases. */
export const failuresOf = ({ phases }: Pick<Report, 'phases'>): number =>
  phases.reduce((sum, phase) => sum + phase.measurements.filter(({ outcome }) => outcome === 'FAIL').length, 0);
