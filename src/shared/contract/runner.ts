import * as z from 'zod';
import { outcome, phaseOutcome } from './common.ts';

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
const execution = { execution_id: z.string(), /** Milliseconds since 1970. */ time: z.number() };

/** Where in the user's source something is; `line` counts from 1. */
const place = z.object({ file: z.string(), line: z.number().int() });

const runnerMeasurement = z.object({
  name: z.string(),
  /** OpenHTF's own word: PASS FAIL UNSET PARTIALLY_SET SKIPPED. */
  outcome: z.string(),
  measured_value: z.unknown().optional(),
  units: z.string().nullable(),
  /** OpenHTF's text forms, such as `3.2 <= x <= 3.4`. */
  validators: z.array(z.string()),
  docstring: z.string().nullable(),
});
export type RunnerMeasurement = z.infer<typeof runnerMeasurement>;

/** A diagnosis of OpenHTF for a phase or the whole test. */
const runnerDiagnosis = z.object({
  /** The value of the `DiagResultEnum`. */
  result: z.string(),
  /** The name of the component that it concerns. */
  component: z.string().nullable(),
  description: z.string(),
  is_failure: z.boolean(),
});
export type RunnerDiagnosis = z.infer<typeof runnerDiagnosis>;

const phasePlan = z.object({
  /** Identifies the phase within its execution; the same in its events. */
  key: z.string(),
  name: z.string(),
  docstring: z.string().nullable(),
  place: place.nullable(),
});

const attempt = { ...execution, key: z.string(), name: z.string(), /** 0 for the first. */ attempt: z.number().int() };

const failure = z.object({
  type: z.string(),
  message: z.string(),
  /** As Python prints it, the runner's own frames removed. */
  traceback: z.string(),
  /** The innermost place in the user's own files, if there is one. */
  place: place.nullable(),
  /** Set for ModuleNotFoundError: the module that is missing. */
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
    /** The unit's; null: not known yet. */
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
    /** Set when the phase raised or timed out. */
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
  /** An OpenHTF `UserInput` prompt, or a script that reads a line from its standard input, waits for an answer. */
  z.object({
    event: z.literal('ui_request'),
    ...execution,
    /** Empty: no test is running. */
    execution_id: z.string(),
    request_id: z.string(),
    message: z.string(),
    text_input: z.boolean(),
    /** The answer is a secret, such as a password: it is not shown as it is typed. */
    hidden: z.boolean().default(false),
    image_url: z.string().nullable(),
    /** Seconds that the script gives for the answer; null: it waits for ever. */
    timeout_s: z.number().nullable().default(null),
  }),
  z.object({ event: z.literal('ui_resolved'), ...execution, request_id: z.string() }),
  /** The script is about to run, or to push, under this procedure; it waits for `procedure_response`. */
  z.object({
    event: z.literal('procedure_request'),
    ...execution,
    request_id: z.string(),
    procedure_id: z.string().nullable(),
    /** The answer must be the id of the procedure, also where the script names its identifier. */
    needs_id: z.boolean().default(false),
  }),
  /** The user, or the script for want of its own, wants a serial number from the host; `serial_number_response`. */
  z.object({
    event: z.literal('serial_number_request'),
    ...execution,
    request_id: z.string(),
    /** The script's own. */
    serial_number: z.string().nullable(),
  }),
  /** The test gives no part number, without which its run would be refused; it waits for `part_number_response`. */
  z.object({ event: z.literal('part_number_request'), ...execution, request_id: z.string() }),
  z.object({
    event: z.literal('run_complete'),
    ...execution,
    outcome,
    serial_number: z.string().nullable(),
    start_time_millis: z.number(),
    end_time_millis: z.number(),
    outcome_details: z.array(z.string()),
    /** Phases of the user's that ran, OpenHTF's own trigger phase not counted. */
    phases_run: z.number().int(),
    /** Diagnoses of the whole test. Those of its phases are in `phase_complete`. */
    diagnoses: z.array(runnerDiagnosis).default([]),
  }),
  /** The server's answer to the script's own push, seen at its HTTP client. */
  z.object({
    event: z.literal('run_uploaded'),
    /** Null: a run of the script's own, which is the result of no execution. */
    execution_id: z.string().nullable(),
    time: z.number(),
    run_id: z.string(),
  }),
  z.object({
    event: z.literal('run_upload_failed'),
    execution_id: z.string().nullable(),
    time: z.number(),
    /** HTTP status, or null when no answer came. */
    status: z.number().int().nullable(),
    message: z.string(),
  }),
  /** The result is on disk and the script will not push it any more, so the extension may. */
  z.object({
    event: z.literal('run_upload_queued'),
    execution_id: z.string(),
    time: z.number(),
    /** Why the script's own push failed: HTTP status and words; null: there was none. */
    status: z.number().int().nullable(),
    message: z.string().nullable(),
  }),
  /** The script ended by an exception. `load_error`: it does not even compile. */
  z.object({
    event: z.literal('run_crashed'),
    time: z.number(),
    reason: z.enum(['load_error', 'execution_error']),
    failure,
  }),
  /** The runner's last line: the script ended, by itself (`exit_code`) or after an exception. */
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
  /** `procedure_id`: run under this one. Null: do not run; the script ends quietly. */
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
  /** Null: do not run; the script ends quietly. */
  z.object({
    command: z.literal('serial_number_response'),
    request_id: z.string(),
    serial_number: z.string().nullable(),
  }),
]);
export type RunnerCommand = z.infer<typeof runnerCommand>;

/** Names of the environment variables that the runner reads. */
export const runnerEnvironment = {
  channel: 'TEST_STATIONS_CHANNEL',
  token: 'TEST_STATIONS_TOKEN',
  /** The first line of child processes of the script, on connections of their own. */
  childToken: 'TEST_STATIONS_CHILD_TOKEN',
  /** A folder with the `sitecustomize.py` that Python loads in child processes. */
  startup: 'TEST_STATIONS_STARTUP',
  /** The folder of pending uploads; see `contract/pendingUpload.ts`. */
  outbox: 'TEST_STATIONS_OUTBOX',
  /** The destination of the results as JSON, which is copied into pending uploads. */
  place: 'TEST_STATIONS_PLACE',
  mode: 'TEST_STATIONS_MODE',
  /** A folder for the runner's compiled files. */
  bytecode: 'TEST_STATIONS_BYTECODE',
  /** `ask`: serial numbers come from the host, whatever the script says. */
  serialNumber: 'TEST_STATIONS_SERIAL_NUMBER',
} as const;

/**
 * Why a script is run. `push`: its client pushes as the station. `dry`: its clients push nothing, and the address that
 * they are given does not exist. `debug`: as `push`, under a debugger, so that neither phases nor prompts time out.
 */
export type RunMode = 'push' | 'dry' | 'debug';
