import { parseExactly } from '../../../shared/contract/exactJson.ts';
import type { MeasurementAnswer, Run, RunListItem } from '../../../shared/contract/runs.ts';
import { toIsoDuration } from '../../../shared/format/duration.ts';
import { aggregationAnswers, seriesAnswer, validatorAnswers } from '../../../shared/run/answers.ts';
import { type NewRunContext, newRunContext } from '../../../shared/run/newRun.ts';
import type { SignedUrls } from '../../attachments/signedUrls.ts';
import { rowId } from '../../store/ids.ts';
import type { logsOf, MeasurementDetails, PhaseDetails } from '../../store/runDetails.ts';
import type { RunRow } from '../../store/runs.ts';
import { isoTime } from '../../store/time.ts';
import type { UploadRow } from '../../store/uploads.ts';
import { downloadAddress } from '../../uploadRules.ts';
import { creatorWithEmailAnswer, partAnswer } from '../answers.ts';

type PhaseAnswer = Run['phases'][number];

const operatorOf = (row: RunRow): RunListItem['operated_by'] => {
  if (row.operated_by === null) return null;
  // The 2.2.4 client requires an id. An operator without a user account has only the address.
  if (row.operator_id === null) return { id: row.operated_by, name: null, email: row.operated_by };
  return { id: row.operator_id, name: row.operator_name, email: row.operator_email };
};

export const runHeader = (row: RunRow): RunListItem => ({
  id: row.id,
  created_at: isoTime(row.created_at),
  started_at: isoTime(row.started_at),
  ended_at: isoTime(row.ended_at),
  duration: toIsoDuration(row.ended_at - row.started_at),
  outcome: row.outcome,
  execution_id: row.execution_id,
  slot_key: row.slot_key,
  slot_name: row.slot_name,
  docstring: row.docstring,
  procedure: {
    id: row.procedure_id,
    name: row.procedure_name,
    version: row.version_id === null || row.version_tag === null ? null : { id: row.version_id, tag: row.version_tag },
  },
  unit: {
    id: row.unit_id,
    serial_number: row.serial_number,
    sample: row.sample,
    part: partAnswer(row),
    batch: row.batch_id === null || row.batch_number === null ? null : { id: row.batch_id, number: row.batch_number },
  },
  ...creatorWithEmailAnswer(row),
  operated_by: operatorOf(row),
  ...(row.study_id === null || row.study_name === null
    ? {}
    : { gauge_study: { id: row.study_id, name: row.study_name } }),
});

export const contextOf = ({ context_json }: Pick<RunRow, 'context_json'>): NewRunContext =>
  context_json === null
    ? { sequences: [], config: [], secrets: [], findings: [] }
    : newRunContext.parse(parseExactly(context_json));

export const phaseAnswer = (phase: PhaseDetails): PhaseAnswer => ({
  id: rowId('phase', phase.key),
  name: phase.name,
  outcome: phase.outcome,
  started_at: isoTime(phase.started_at),
  ended_at: isoTime(phase.ended_at),
  duration: toIsoDuration(phase.ended_at - phase.started_at),
  retry_count: phase.retry_count,
  sequence_path: phase.sequence_path,
  docstring: phase.docstring,
  measurements: phase.measurements.map(measurementAnswer),
});

export const measurementAnswer = (m: MeasurementDetails): MeasurementAnswer => ({
  id: rowId('measurement', m.phase_key, m.position),
  name: m.name,
  outcome: m.outcome,
  units: m.units,
  docstring: m.docstring,
  validators: validatorAnswers(m.validators),
  aggregations: aggregationAnswers(m.aggregations),
  ...(m.value === undefined ? {} : { measured_value: m.value }),
  ...(m.series === null ? {} : { data_series: m.series.map(seriesAnswer) }),
});

export const attachmentAnswer = (upload: UploadRow, origin: string, urls: SignedUrls): Run['attachments'][number] => ({
  id: upload.id,
  name: upload.name,
  size: upload.size,
  content_type: upload.content_type,
  is_report: upload.is_report === 1,
  download_url: upload.stored_at === null ? null : downloadAddress(upload.id, origin, urls),
});

export const logAnswer = (log: Awaited<ReturnType<typeof logsOf>>[number]): Run['logs'][number] => ({
  id: rowId('log', log.key),
  level: log.level,
  timestamp: isoTime(log.timestamp),
  message: log.message,
  source_file: log.source_file,
  line_number: log.line_number,
});

export const findingAnswer = (
  { kind, phase, title, message, place, is_failure }: NewRunContext['findings'][number],
  phases: readonly PhaseAnswer[],
): NonNullable<Run['findings']>[number] => ({
  kind,
  phase_id: phase === null ? null : (phases[phase]?.id ?? null),
  title,
  message,
  source_file: place?.file ?? null,
  line_number: place?.line ?? null,
  is_failure,
});
