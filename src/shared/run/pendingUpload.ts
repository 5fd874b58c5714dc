import type { Run } from '../contract/runs.ts';
import { toIsoDuration } from '../format/duration.ts';
import { aggregationAnswers, sequenceAnswer, seriesAnswer, validatorAnswers } from './answers.ts';
import type { NewMeasurement, NewPhase } from './newRun.ts';
import { placeholderId } from './placeholderId.ts';
import { newRunOf, type PushKind, withPartNumber } from './pushBodies.ts';

export interface PendingUploadDetails {
  readonly kind: PushKind;
  readonly station: { readonly id: string; readonly name: string };
  readonly started_at: number;
  readonly attachments: readonly { readonly name: string; readonly mimetype: string }[];
}

export const missingPartNumber = '—';

/** The n-th attachment has `placeholderId(n)`. @throws RunInputError, ZodError, SyntaxError unless only a part number lacks */
export function runOfPendingUpload(body: string, about: PendingUploadDetails): Run {
  const run = parseBody(body, about);
  const iso = (millis: number): string => new Date(millis).toISOString();
  let next = about.attachments.length;
  const newId = (): string => placeholderId(next++);
  const measurementOf = (m: NewMeasurement): Run['phases'][number]['measurements'][number] => ({
    id: newId(),
    name: m.name,
    outcome: m.outcome,
    units: m.units,
    docstring: m.docstring,
    validators: validatorAnswers(m.validators),
    aggregations: aggregationAnswers(m.aggregations),
    ...(m.measuredValue === undefined ? {} : { measured_value: m.measuredValue }),
    ...(m.series === null ? {} : { data_series: m.series.map(seriesAnswer) }),
  });
  const phaseOf = (phase: NewPhase): Run['phases'][number] => ({
    id: newId(),
    name: phase.name,
    outcome: phase.outcome,
    started_at: iso(phase.startedAt),
    ended_at: iso(phase.endedAt),
    duration: toIsoDuration(phase.endedAt - phase.startedAt),
    retry_count: phase.retryCount,
    sequence_path: phase.sequencePath,
    docstring: phase.docstring,
    measurements: phase.measurements.map(measurementOf),
  });
  return {
    id: newId(),
    created_at: iso(about.started_at),
    started_at: iso(run.startedAt),
    ended_at: iso(run.endedAt),
    duration: toIsoDuration(run.endedAt - run.startedAt),
    outcome: run.outcome,
    execution_id: run.execution?.id ?? null,
    slot_key: run.execution?.slotKey ?? null,
    slot_name: run.execution?.slotName ?? null,
    procedure: {
      id: placeholderId(0),
      name: run.procedure,
      version: run.procedureVersion === null ? null : { id: placeholderId(0), tag: run.procedureVersion },
    },
    unit: {
      id: placeholderId(0),
      serial_number: run.serialNumber,
      sample: null,
      part: {
        id: placeholderId(0),
        number: run.partNumber,
        name: run.partName ?? run.partNumber,
        revision: { id: placeholderId(0), number: run.revision ?? missingPartNumber },
      },
      batch: run.batch === null ? null : { id: placeholderId(0), number: run.batch },
    },
    created_by_station: about.station,
    docstring: run.docstring,
    metadata: run.metadata,
    sequences: (run.context?.sequences ?? []).map(sequenceAnswer),
    phases: run.phases.map(phaseOf),
    attachments: about.attachments.map(({ name, mimetype }, index) => ({
      id: placeholderId(index),
      name,
      size: null,
      content_type: mimetype,
      is_report: false,
    })),
    logs: run.logs.map((log) => ({
      id: newId(),
      level: log.level,
      timestamp: iso(log.timestamp),
      message: log.message,
      source_file: log.sourceFile,
      line_number: log.lineNumber,
    })),
    sub_units: run.subUnits.map((serial_number) => ({
      id: newId(),
      serial_number,
      part_number: missingPartNumber,
      part_name: null,
    })),
    config: run.context?.config ?? [],
    secrets: run.context?.secrets ?? [],
  };
}

/** Reads a result. A missing or refused part number is replaced, so that it does not hide the measurements. */
function parseBody(body: string, { kind, started_at }: PendingUploadDetails): ReturnType<typeof newRunOf> {
  try {
    return newRunOf(kind, body, started_at);
  } catch {
    return newRunOf(kind, withPartNumber(kind, body, missingPartNumber), started_at);
  }
}
