import * as z from 'zod';
import { outcome, phaseOutcome } from './common.ts';
import { promptForm } from './promptForm.ts';

/**
 * The private channel between the extension and the Python runner: one JSON object a line in both directions, over a
 * loopback socket, never over stdout. Event names are TofuPilot's own (station protocol of its CLI).
 *
 * Handshake: the runner connects to `TEST_STATIONS_CHANNEL` (`127.0.0.1:port`) and its first line is `hello` with the
 * token of `TEST_STATIONS_TOKEN`; it removes them from its environment before the script runs, and `TEST_STATIONS_MODE`
 * (a `RunMode`) too.
 *
 * A child process of the script that tests or pushes opens a connection of its own, with the token of
 * `TEST_STATIONS_CHILD_TOKEN` in its `hello`. It gets all commands, and must know those that are not its own. Whatever it
 * sends, it cannot report the end of the script.
 */
const execution = { execution_id: z.string(), time: z.number() };

const place = z.object({ file: z.string(), line: z.number().int() });

const runnerMeasurement = z.object({
  name: z.string(),
  outcome: z.string(),
  measured_value: z.unknown().optional(),
  units: z.string().nullable(),
  validators: z.array(z.string()),
  docstring: z.string().nullable(),
});
export type RunnerMeasurement = z.infer<typeof runnerMeasurement>;

const runnerDiagnosis = z.object({
  result: z.string(),
  component: z.string().nullable(),
  description: z.string(),
  is_failure: z.boolean(),
});
export type RunnerDiagnosis = z.infer<typeof runnerDiagnosis>;

const phasePlan = z.object({
  key: z.string(),
  name: z.string(),
  docstring: z.string().nullable(),
  place: place.nullable(),
});

const attempt = { ...execution, key: z.string(), name: z.string(), attempt: z.number().int() };

const failure = z.object({
  type: z.string(),
  message: z.string(),
  traceback: z.string(),
  place: place.nullable(),
  missing_module: z.string().nullable(),
});
export type RunnerFailure = z.infer<typeof failure>;

export const runnerEvent = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('hello'),
    token: z.string(),
    pid: z.number().int(),
    python: z.string(),
  }),
  /** A test execution begins: OpenHTF's `Test.execute`, or a vanilla script's push (whose phases come all at once). */
  z.object({
    event: z.literal('run_started'),
    ...execution,
    kind: z.enum(['openhtf', 'vanilla']),
    name: z.string(),
    procedure_id: z.string().nullable(),
    part_number: z.string().nullable(),
    phases: z.array(phasePlan),
  }),
  z.object({
    event: z.literal('phase_started'),
    ...attempt,
    serial_number: z.string().nullable().default(null),
  }),
  z.object({ event: z.literal('measurement_update'), ...attempt, measurement: runnerMeasurement }),
  z.object({
    event: z.literal('phase_complete'),
    ...attempt,
    outcome: phaseOutcome,
    start_time_millis: z.number(),
    end_time_millis: z.number(),
    measurements: z.array(runnerMeasurement),
    failure: failure.nullable(),
    diagnoses: z.array(runnerDiagnosis).default([]),
  }),
  z.object({
    event: z.literal('phase_log'),
    ...execution,
    level: z.string(),
    message: z.string(),
    place: place.nullable(),
  }),
  z.object({
    event: z.literal('ui_request'),
    ...execution,
    execution_id: z.string(),
    request_id: z.string(),
    message: z.string(),
    text_input: z.boolean(),
    hidden: z.boolean().default(false),
    image_url: z.string().nullable(),
    timeout_s: z.number().nullable().default(null),
    form: promptForm.default([]),
  }),
  z.object({ event: z.literal('ui_resolved'), ...execution, request_id: z.string() }),
  /** The script is about to run, or to push, under this procedure; it waits for `procedure_response`. */
  z.object({
    event: z.literal('procedure_request'),
    ...execution,
    request_id: z.string(),
    procedure_id: z.string().nullable(),
    needs_id: z.boolean().default(false),
  }),
  /** Asks for a serial number that the extension gives; the script waits for `serial_number_response`. */
  z.object({
    event: z.literal('serial_number_request'),
    ...execution,
    request_id: z.string(),
    serial_number: z.string().nullable(),
  }),
  /** The test gives no part number, without which its run would be refused; it waits for `part_number_response`. */
  z.object({ event: z.literal('part_number_request'), ...execution, request_id: z.string() }),
  z.object({
    event: z.literal('run_complete'),
    ...execution,
    outcome,
    /** What the phases of a partial run would give, whose own outcome is ABORTED; null for other runs. */
    partial_outcome: outcome.nullable().default(null),
    serial_number: z.string().nullable(),
    start_time_millis: z.number(),
    end_time_millis: z.number(),
    outcome_details: z.array(z.string()),
    phases_run: z.number().int(),
    diagnoses: z.array(runnerDiagnosis).default([]),
  }),
  z.object({
    event: z.literal('run_uploaded'),
    execution_id: z.string().nullable(),
    time: z.number(),
    run_id: z.string(),
  }),
  z.object({
    event: z.literal('run_upload_failed'),
    execution_id: z.string().nullable(),
    time: z.number(),
    status: z.number().int().nullable(),
    message: z.string(),
  }),
  /** The result is on disk and the script will not push it any more, so the extension may. */
  z.object({
    event: z.literal('run_upload_queued'),
    execution_id: z.string(),
    time: z.number(),
    status: z.number().int().nullable(),
    message: z.string().nullable(),
  }),
  z.object({
    event: z.literal('run_crashed'),
    time: z.number(),
    reason: z.enum(['load_error', 'execution_error']),
    failure,
  }),
  z.object({ event: z.literal('script_ended'), time: z.number(), exit_code: z.number().int() }),
]);
export type RunnerEvent = z.infer<typeof runnerEvent>;

export const runnerCommand = z.discriminatedUnion('command', [
  /** Under a debugger, whose configuration others see: further variables, which the runner waits for before the script. */
  z.object({ command: z.literal('environment'), variables: z.record(z.string(), z.string()) }),
  /** Orderly: the running phase ends, teardown phases and plugs run, no further execution starts. */
  z.object({ command: z.literal('stop') }),
  /** Forced: running teardown phases are ended too; plugs still tear down. */
  z.object({ command: z.literal('kill') }),
  z.object({ command: z.literal('ui_response'), request_id: z.string(), value: z.string() }),
  /** Null: the script ends without running the test. */
  z.object({
    command: z.literal('procedure_response'),
    request_id: z.string(),
    procedure_id: z.string().nullable(),
  }),
  /** `part_number`: of all tests of the script that give none; empty: they stay without. Null: do not run. */
  z.object({
    command: z.literal('part_number_response'),
    request_id: z.string(),
    part_number: z.string().nullable(),
  }),
  z.object({
    command: z.literal('serial_number_response'),
    request_id: z.string(),
    serial_number: z.string().nullable(),
  }),
]);
export type RunnerCommand = z.infer<typeof runnerCommand>;

/**
 * The phases that a partial run consists of: those of these names, or the first one of a name with all that follow it. Setup and
 * teardown around them run, too. A partial run ends as ABORTED, because it says nothing about the unit as a whole.
 */
export type PhaseChoice = { readonly only: readonly string[] } | { readonly from: string };

/** The metadata of a partial run, in English in every language of the editor, so that runs can be filtered by it. */
export const partialRunMetadata = (choice: PhaseChoice) => ({
  partial_run: 'from' in choice ? `from ${choice.from} to the end` : `only ${choice.only.join(', ')}`,
});

/** Has the number of the slot in the environment of a test. Scripts read it. */
export const slotVariable = 'TEST_STATIONS_SLOT';

export const runnerEnvironment = {
  channel: 'TEST_STATIONS_CHANNEL',
  token: 'TEST_STATIONS_TOKEN',
  childToken: 'TEST_STATIONS_CHILD_TOKEN',
  startup: 'TEST_STATIONS_STARTUP',
  outbox: 'TEST_STATIONS_OUTBOX',
  place: 'TEST_STATIONS_PLACE',
  mode: 'TEST_STATIONS_MODE',
  bytecode: 'TEST_STATIONS_BYTECODE',
  /** A `PhaseChoice` as JSON; without it, all phases run. */
  phases: 'TEST_STATIONS_PHASES',
  /** `ask`: serial numbers come from the host, whatever the script says. */
  serialNumber: 'TEST_STATIONS_SERIAL_NUMBER',
} as const;

/**
 * Why a script is run. `push`: its client pushes as the station. `dry`: its clients push nothing, and the address that
 * they are given does not exist. `debug`: as `push`, under a debugger, so that neither phases nor prompts time out.
 */
export type RunMode = 'push' | 'dry' | 'debug';
