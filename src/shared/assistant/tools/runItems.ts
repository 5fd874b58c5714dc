import * as z from 'zod';
import { attachment as stored } from '../../contract/attachments.ts';
import { outcome } from '../../contract/common.ts';
import { type MeasurementRow, measurements } from '../../contract/explorer.ts';
import type { RunListItem } from '../../contract/runs.ts';
import { sample } from '../../contract/units.ts';
import { durationSeconds } from '../../format/duration.ts';
import { failedOfRuns } from '../../run/failedOfRuns.ts';
import type { CallOperation } from '../tool.ts';
import { untrustedName } from '../untrustedText.ts';
import { named } from './subjects.ts';

export const runHead = z.object({
  id: z.string(),
  outcome,
  started_at: z.string(),
  duration_s: z.number().nullable(),
  serial_number: untrustedName,
  part_number: untrustedName,
  sample: sample.nullable().describe('Set for a reference unit, whose runs are in no statistics.'),
  procedure: named,
  version: untrustedName.nullable(),
  station: named.nullable(),
  gauge_study: untrustedName.nullable().describe('The gauge study of the run, which is then in no statistics.'),
});

export const runHeadOf = (run: RunListItem): z.input<typeof runHead> => ({
  id: run.id,
  outcome: run.outcome,
  started_at: run.started_at,
  duration_s: durationSeconds(run.duration),
  serial_number: run.unit.serial_number,
  part_number: run.unit.part.number,
  sample: run.unit.sample,
  procedure: { id: run.procedure.id, name: run.procedure.name },
  version: run.procedure.version?.tag ?? null,
  station: run.created_by_station ? { id: run.created_by_station.id, name: run.created_by_station.name } : null,
  gauge_study: run.gauge_study?.name ?? null,
});

export const attachment = z.object({
  id: z.string(),
  name: untrustedName,
  size_bytes: z.number().nullable(),
  content_type: untrustedName.nullable(),
});

export const attachmentOf = ({
  id,
  name,
  size,
  content_type,
}: z.output<typeof stored>): z.input<typeof attachment> => ({
  id,
  name,
  size_bytes: size,
  content_type,
});

const mostFailedNames = 3;

export const runItem = runHead.extend({
  failed_measurements: z
    .array(z.object({ phase: untrustedName, measurement: untrustedName }))
    .describe(`The first ${mostFailedNames} that failed.`),
  failed_measurement_count: z.number().nullable().describe('Null: too many to count here; call get_run.'),
});

export async function runItemsOf(
  call: CallOperation,
  list: readonly RunListItem[],
): Promise<z.input<typeof runItem>[]> {
  let isComplete = true;
  const failed = await failedOfRuns(list, async (query) => {
    const { rows, hasMore } = await measurementRows(call, query);
    isComplete &&= !hasMore;
    return rows;
  });
  return list.map((run) => {
    const ofRun = failed.get(run.id) ?? [];
    return {
      ...runHeadOf(run),
      failed_measurements: ofRun
        .slice(0, mostFailedNames)
        .map(({ phase_name, measurement_name }) => ({ phase: phase_name, measurement: measurement_name })),
      failed_measurement_count: isComplete ? ofRun.length : null,
    };
  });
}

const pageSize = 100;
const maxPages = 10;

async function measurementRows(call: CallOperation, query: z.input<typeof measurements.list.query>) {
  const rows: MeasurementRow[] = [];
  let cursor: number | null = 0;
  for (let page = 0; page < maxPages && cursor !== null; page += 1) {
    const { data, meta }: { data: MeasurementRow[]; meta: { next_cursor: number | null } } = await call(
      measurements.list,
      { query: { ...query, limit: pageSize, cursor } },
    );
    rows.push(...data);
    cursor = meta.next_cursor;
  }
  return { rows, hasMore: cursor !== null };
}
