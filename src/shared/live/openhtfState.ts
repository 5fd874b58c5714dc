import * as z from 'zod';
import { outcome } from '../contract/common.ts';
import { bounds, type LivePhase, livePhase, type LivePrompt, type LiveTest } from '../contract/liveTest.ts';
import { exceptionName, levelName } from '../run/openhtfRecord.ts';
import { boundedMeasurements, boundedPhases, withLogs } from './liveBounds.ts';
import { toLiveMeasurement, truncate } from './liveMeasurement.ts';
import { noPhaseRan } from './runProgress.ts';

/**
 * The state of a running OpenHTF test in the form of `TestState.asdict` (openhtf 1.5 and 1.6), which the official client's
 * stream and the OpenHTF station server send. Fields that cannot be read are left out.
 */
const measurement = z.object({
  outcome: z.string().nullish(),
  measured_value: z.unknown().optional(),
  units: z.object({ suffix: z.string().nullish() }).nullish().catch(null),
  validators: z.array(z.unknown()).nullish().catch(null),
});
const measurements = z.record(z.string(), z.unknown()).nullish().catch(null);
const millis = z.number().nullish().catch(null);
const raised = z.object({ exc_type: z.string(), exc_val: z.unknown() });
const record = z.object({
  name: z.string(),
  descriptor_id: z.union([z.string(), z.number()]).nullish().catch(null),
  start_time_millis: millis,
  end_time_millis: millis,
  outcome: z.string().nullish().catch(null),
  measurements,
  result: z
    .object({ phase_result: z.union([z.string(), raised]) })
    .nullish()
    .catch(null),
});
const log = z.object({ level: z.number(), timestamp_millis: z.number(), message: z.string() });
const text = z.union([z.string(), z.number(), z.boolean()]).transform(String).nullish().catch(null);
const unknownList = z.array(z.unknown()).catch([]);
const dictionary = z.record(z.string(), z.unknown()).catch({});

const state = z.object({
  status: z.enum(['WAITING_FOR_TEST_START', 'RUNNING', 'COMPLETED']),
  execution_uid: z.string().nullish().catch(null),
  test_record: z.object({
    dut_id: text,
    start_time_millis: millis,
    end_time_millis: millis,
    outcome: z.string().nullish().catch(null),
    outcome_details: z.array(z.object({ code: text, description: text })).catch([]),
    metadata: z.object({ test_name: text, procedure_id: text, part_number: text }).catch({}),
    phases: unknownList,
    log_records: unknownList,
  }),
  plugs: z
    .object({ plug_descriptors: dictionary.optional(), plug_states: dictionary.optional() })
    .nullish()
    .catch(null),
  running_phase_state: z.unknown().optional(),
});
type OpenhtfState = z.infer<typeof state>;

const promptState = z.object({
  id: z.string().min(1),
  message: z.string().catch(''),
  'text-input': z.boolean().catch(false),
  'image-url': z.string().nullish().catch(null),
});
const userInput = 'openhtf.plugs.user_input.UserInput';
const descriptor = z.object({ mro: z.array(z.string()) });

/** The test after the last state, with what has been read already: complete states arrive ten times a second. */
export interface OpenhtfView {
  readonly test: LiveTest;
  readonly promptPlug: string | null;
  readonly read: { readonly records: readonly Finished[]; readonly logs: number };
}

interface Finished {
  readonly descriptor: string;
  readonly phase: LivePhase;
  readonly repeated: boolean;
}

/** @param now at which a new prompt counts as opened @param uid identifies the execution if the state does not */
export function readOpenhtfState(
  before: OpenhtfView | null,
  sent: unknown,
  now: number,
  uid?: string,
): OpenhtfView | null {
  const parsed = state.safeParse(sent);
  if (!parsed.success) return null;
  const { status, test_record: sentRecord, plugs } = parsed.data;
  const id = truncate(parsed.data.execution_uid ?? uid ?? idWithout(sentRecord.start_time_millis, before), bounds.name);
  const last = before?.test.execution_id === id ? before : null;
  const records = readRecords(sentRecord.phases, last?.read.records ?? []);
  const phases = withRunning(rowsOf(records), status === 'COMPLETED' ? null : parsed.data.running_phase_state);
  const prompt = status === 'COMPLETED' ? null : promptOf(plugs, last?.test.prompt ?? null, now);
  return {
    test: {
      execution_id: id,
      kind: 'openhtf',
      name: truncate(sentRecord.metadata.test_name ?? '', bounds.name),
      procedure_id: short(sentRecord.metadata.procedure_id),
      serial_number: short(sentRecord.dut_id),
      part_number: short(sentRecord.metadata.part_number),
      status: status === 'WAITING_FOR_TEST_START' ? 'waiting' : status === 'RUNNING' ? 'running' : 'completed',
      started_at: sentRecord.start_time_millis ?? null,
      ended_at: sentRecord.end_time_millis ?? null,
      ...boundedPhases(phases),
      prompt: prompt?.prompt ?? null,
      ...withLogs(last?.test ?? { logs: [], logs_left_out: 0 }, readLogs(sentRecord.log_records, last?.read.logs ?? 0)),
      ...resultOf(sentRecord, records),
    },
    promptPlug: prompt?.plug ?? null,
    read: { records, logs: sentRecord.log_records.length },
  };
}

const idWithout = (startedAt: number | null | undefined, before: OpenhtfView | null): string =>
  before !== null && before.test.started_at === startedAt ? before.test.execution_id : String(startedAt ?? 'test');

const short = (value: string | null | undefined): string | null =>
  value == null ? null : truncate(value, bounds.name);

const trigger = 'trigger_phase';

function readRecords(sent: readonly unknown[], before: readonly Finished[]): Finished[] {
  const known = before.length <= sent.length ? before : [];
  return [...known, ...sent.slice(known.length).map(readRecord)];
}

function readRecord(sent: unknown): Finished {
  // An unreadable record keeps its place, so that the count stays right.
  const parsed = record.safeParse(sent).data ?? record.parse({ name: '?' });
  const end = parsed.result?.phase_result;
  return {
    descriptor: String(parsed.descriptor_id ?? parsed.name),
    repeated: end === 'REPEAT',
    phase: {
      key: '',
      name: truncate(parsed.name, bounds.name),
      state: livePhase.shape.state.safeParse(parsed.outcome).data ?? 'ERROR',
      attempt: 1,
      started_at: parsed.start_time_millis ?? null,
      ended_at: parsed.end_time_millis ?? null,
      ...boundedMeasurements(readMeasurements(parsed.measurements)),
      message: typeof end === 'object' ? exceptionText(end) : null,
    },
  };
}

function exceptionText({ exc_type, exc_val }: z.infer<typeof raised>): string {
  const type = exceptionName(exc_type);
  return truncate(`${type}: ${typeof exc_val === 'string' ? exc_val : JSON.stringify(exc_val)}`, bounds.line);
}

function readMeasurements(sent: z.infer<typeof measurements>): ReturnType<typeof toLiveMeasurement>[] {
  return Object.entries(sent ?? {}).flatMap(([name, each]) => {
    const parsed = measurement.safeParse(each);
    if (!parsed.success) return [];
    const { outcome, measured_value: value, units, validators } = parsed.data;
    return [
      toLiveMeasurement({
        name,
        outcome,
        value,
        units: units?.suffix ?? null,
        validators: (validators ?? []).map(String),
      }),
    ];
  });
}

/** Rows by record. They are cached so that a row stays the same object. */
const rows = new WeakMap<Finished, LivePhase>();

interface Row {
  descriptor: string;
  repeated: boolean;
  phase: LivePhase;
}

function rowsOf(records: readonly Finished[]): Row[] {
  const made: Row[] = [];
  for (const [index, each] of records.entries()) {
    if (index === 0 && each.phase.name === trigger) continue;
    const last = made.at(-1);
    const repeats = last?.repeated === true && last.descriptor === each.descriptor ? last : null;
    const phase = rows.get(each) ?? {
      ...each.phase,
      key: repeats?.phase.key ?? `${each.descriptor}#${index}`,
      attempt: (repeats?.phase.attempt ?? 0) + 1,
    };
    rows.set(each, phase);
    const row = { descriptor: each.descriptor, repeated: each.repeated, phase };
    if (repeats === null) made.push(row);
    else made[made.length - 1] = row;
  }
  return made;
}

function withRunning(finished: readonly Row[], sent: unknown): LivePhase[] {
  const phases = finished.map(({ phase }) => phase);
  const parsed = record.safeParse(sent);
  if (!parsed.success || parsed.data.name === trigger) return phases;
  const { name, descriptor_id, start_time_millis, measurements: measured } = parsed.data;
  const last = finished.at(-1);
  const own = String(descriptor_id ?? name);
  const repeats = last?.repeated === true && last.descriptor === own ? last : null;
  const running: LivePhase = {
    key: repeats?.phase.key ?? `${own}#running${phases.length}`,
    name: truncate(name, bounds.name),
    state: 'RUNNING',
    attempt: (repeats?.phase.attempt ?? 0) + 1,
    started_at: start_time_millis ?? null,
    ended_at: null,
    ...boundedMeasurements(readMeasurements(measured)),
    message: null,
  };
  return [...(repeats === null ? phases : phases.slice(0, -1)), running];
}

/** Returns the open prompt. For a subclass of OpenHTF's plug, the answer goes to the path of the subclass. */
function promptOf(
  plugs: OpenhtfState['plugs'],
  before: LivePrompt | null,
  now: number,
): { plug: string; prompt: LivePrompt } | null {
  const descriptors = plugs?.plug_descriptors ?? {};
  for (const [plug, sent] of Object.entries(plugs?.plug_states ?? {})) {
    const parsed = promptState.safeParse(sent);
    const mro = descriptor.safeParse(descriptors[plug]).data?.mro ?? [];
    if (!parsed.success || (plug !== userInput && !mro.includes(userInput))) continue;
    const { id, message, 'text-input': text_input, 'image-url': image } = parsed.data;
    return {
      plug,
      prompt: {
        id: truncate(id, bounds.name),
        message: truncate(message, bounds.message),
        text_input,
        form: [],
        image_url: image == null ? null : boundedImage(image),
        emitted_at: before?.id === id ? before.emitted_at : now,
        timeout_s: null,
      },
    };
  }
  return null;
}

/** Returns an image only if it is complete, because half an address cannot be shown. */
export const boundedImage = (address: string): string | null =>
  address.startsWith('data:') ? (address.length <= bounds.image ? address : null) : truncate(address, bounds.line);

function readLogs(sent: readonly unknown[], from: number): { time: number; level: string; message: string }[] {
  return sent.slice(Math.max(from, sent.length - 20 * bounds.logs)).flatMap((each) => {
    const parsed = log.safeParse(each);
    if (!parsed.success || parsed.data.level < 20) return [];
    const { level, timestamp_millis: time, message } = parsed.data;
    return [{ time, level: levelName(level), message: truncate(message, bounds.line) }];
  });
}

/** Returns the verdict. A PASS of OpenHTF without a phase of the user's is an ERROR, as in every view. */
function resultOf(
  { outcome: recorded, outcome_details: details }: OpenhtfState['test_record'],
  records: readonly Finished[],
): Pick<LiveTest, 'outcome' | 'outcome_details'> {
  const known = outcome.safeParse(recorded).data ?? null;
  const ran = records.filter(({ phase }, index) => index > 0 || phase.name !== trigger).length;
  if (known === 'PASS' && ran === 0) {
    return { outcome: 'ERROR', outcome_details: [noPhaseRan] };
  }
  const texts = details.map(({ code, description }) =>
    /^[A-Z_]*$/.test(code ?? '') ? (description ?? code ?? '') : `${code}: ${description ?? ''}`,
  );
  return { outcome: known, outcome_details: texts.slice(0, 20).map((each) => truncate(each, bounds.line)) };
}
