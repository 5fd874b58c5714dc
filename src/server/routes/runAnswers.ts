import type { Run, RunListItem, ValidatorAnswer } from '../../contract/runs.ts';
import { formatDuration } from '../../domain/duration.ts';
import type { NewValidator } from '../../domain/newRun.ts';
import type { SignedUrls } from '../signedUrls.ts';
import type { logsOf, MeasurementDetails, PhaseDetails } from '../store/runDetails.ts';
import type { RunRow } from '../store/runs.ts';
import { isoTime } from '../store/time.ts';
import type { UploadRow } from '../store/uploads.ts';

type PhaseAnswer = Run['phases'][number];

const pair = <K extends string>(id: string | null, key: K, value: string | null) =>
  id === null || value === null ? null : ({ id, [key]: value } as { id: string } & Record<K, string>);

/** A run as it stands in lists. */
export const runHeader = (row: RunRow): RunListItem => ({
  id: row.id,
  created_at: isoTime(row.created_at),
  started_at: isoTime(row.started_at),
  ended_at: isoTime(row.ended_at),
  duration: formatDuration(row.ended_at - row.started_at),
  outcome: row.outcome,
  procedure: { id: row.procedure_id, name: row.procedure_name, version: pair(row.version_id, 'tag', row.version_tag) },
  unit: {
    id: row.unit_id,
    serial_number: row.serial_number,
    part: {
      id: row.part_id,
      number: row.part_number,
      name: row.part_name,
      revision: { id: row.revision_id, number: row.revision_number },
    },
    batch: pair(row.batch_id, 'number', row.batch_number),
  },
  created_by_user: row.user_id === null ? null : { id: row.user_id, name: row.user_name, email: row.user_email },
  created_by_station: pair(row.station_id, 'name', row.station_name),
  operated_by: null,
});

export const phaseAnswer = (phase: PhaseDetails): PhaseAnswer => ({
  id: phase.id,
  name: phase.name,
  outcome: phase.outcome,
  started_at: isoTime(phase.started_at),
  ended_at: isoTime(phase.ended_at),
  duration: formatDuration(phase.ended_at - phase.started_at),
  retry_count: phase.retry_count,
  docstring: phase.docstring,
  measurements: phase.measurements.map(measurementAnswer),
});

const measurementAnswer = (m: MeasurementDetails): PhaseAnswer['measurements'][number] => ({
  id: m.id,
  name: m.name,
  outcome: m.outcome,
  units: m.units,
  validators: m.validators.length === 0 ? null : m.validators.map(validatorAnswer),
  aggregations: null,
  ...(m.value === undefined ? {} : { measured_value: m.value }),
  ...(m.series === null ? {} : { data_series: m.series.map(({ data, units }) => ({ data, units })) }),
});

const validatorAnswer = (validator: NewValidator): ValidatorAnswer => ({
  ...validator,
  is_expression_only: validator.operator === null,
  analytics_expression: null,
});

/** @param origin scheme, host and port under which the client reached the server */
export const attachmentAnswer = (upload: UploadRow, origin: string, urls: SignedUrls): Run['attachments'][number] => ({
  id: upload.id,
  name: upload.name,
  size: upload.size,
  content_type: upload.content_type,
  is_report: upload.is_report === 1,
  download_url: upload.stored_at === null ? null : origin + urls.sign('GET', `/api/attachments/${upload.id}`),
});

export const logAnswer = (log: Awaited<ReturnType<typeof logsOf>>[number]): Run['logs'][number] => ({
  id: log.id,
  level: log.level,
  timestamp: isoTime(log.timestamp),
  message: log.message,
  source_file: log.source_file,
  line_number: log.line_number,
});
