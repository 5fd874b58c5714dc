import { bounds, type LivePhase, livePhase, type LiveTest } from '../contract/liveTest.ts';
import type { RunnerEvent, RunnerMeasurement } from '../contract/runner.ts';
import { boundedMeasurements, boundedPhases, withLogs } from './liveBounds.ts';
import { toLiveMeasurement, truncate } from './liveMeasurement.ts';
import { boundedImage } from './openhtfState.ts';
import { noPhaseRan } from './runProgress.ts';

/** Returns the test after an event of the runner. Events of earlier executions do not change it. */
export function testAfterEvent(test: LiveTest | null, event: RunnerEvent): LiveTest | null {
  if (event.event === 'run_started') return startedTest(event);
  if (test === null) return null;
  if (event.event === 'run_crashed') {
    const { type, message } = event.failure;
    return withError(test, truncate(`${type}: ${message}`, bounds.line), event.time);
  }
  if (!('execution_id' in event) || event.execution_id !== test.execution_id) return test;
  switch (event.event) {
    case 'phase_started':
      return withPhase(withStart(test, event), event, (phase) => ({
        ...phase,
        name: truncate(event.name, bounds.name),
        state: 'RUNNING',
        attempt: event.attempt + 1,
        started_at: event.time,
        ended_at: null,
        measurements: [],
        measurements_left_out: 0,
        message: null,
      }));
    case 'measurement_update':
      return withPhase(test, event, (phase) => {
        const measured = toLive(event.measurement);
        const at = phase.measurements.findIndex(({ name }) => name === measured.name);
        const all = at < 0 ? [...phase.measurements, measured] : phase.measurements.with(at, measured);
        const bounded = boundedMeasurements(all);
        const left = phase.measurements_left_out + bounded.measurements_left_out;
        return { ...phase, ...bounded, measurements_left_out: left };
      });
    case 'phase_complete':
      return withPhase(test, event, (phase) => ({
        ...phase,
        state: livePhase.shape.state.parse(event.outcome),
        attempt: event.attempt + 1,
        started_at: event.start_time_millis,
        ended_at: event.end_time_millis,
        ...boundedMeasurements(event.measurements.map(toLive)),
        message:
          event.failure === null ? null : truncate(`${event.failure.type}: ${event.failure.message}`, bounds.line),
      }));
    case 'phase_log': {
      const line = { time: event.time, level: event.level, message: truncate(event.message, bounds.line) };
      return { ...test, ...withLogs(test, [line]) };
    }
    case 'ui_request':
      if (event.hidden) return test; // a password is entered only where the script was started
      return {
        ...test,
        prompt: {
          id: event.request_id,
          message: truncate(event.message, bounds.message),
          text_input: event.text_input,
          image_url: event.image_url === null ? null : boundedImage(event.image_url),
          emitted_at: event.time,
          timeout_s: event.timeout_s,
          form: event.form,
        },
      };
    case 'ui_resolved':
      return test.prompt?.id === event.request_id ? { ...test, prompt: null } : test;
    case 'run_complete': {
      const empty = test.kind === 'openhtf' && event.outcome === 'PASS' && event.phases_run === 0;
      const details = empty ? [noPhaseRan] : event.outcome_details;
      return {
        ...test,
        status: 'completed',
        outcome: empty ? 'ERROR' : event.outcome,
        outcome_details: details.slice(0, 20).map((each) => truncate(each, bounds.line)),
        serial_number: event.serial_number ?? test.serial_number,
        started_at: event.start_time_millis,
        ended_at: event.end_time_millis,
        prompt: null,
      };
    }
    default:
      return test;
  }
}

const withStart = (test: LiveTest, event: RunnerEvent & { event: 'phase_started' }): LiveTest => ({
  ...test,
  status: 'running',
  started_at: test.started_at ?? event.time,
  serial_number: event.serial_number ?? test.serial_number,
});

export function testAfterScriptEnd(test: LiveTest | null, now: number): LiveTest | null {
  return test === null ? null : withError(test, 'The script ended before the test did.', now);
}

function withError(test: LiveTest, reason: string, now: number): LiveTest {
  if (test.status === 'completed') return test;
  const phases = test.phases.map((phase): LivePhase =>
    phase.state === 'RUNNING' ? { ...phase, state: 'ERROR', ended_at: now } : phase,
  );
  return {
    ...test,
    phases,
    status: 'completed',
    prompt: null,
    outcome: 'ERROR',
    outcome_details: [reason],
    ended_at: now,
  };
}

function startedTest(event: RunnerEvent & { event: 'run_started' }): LiveTest {
  const planned = event.phases.map(({ key, name }) => emptyPhase(key, name));
  return {
    execution_id: event.execution_id,
    kind: event.kind,
    name: truncate(event.name, bounds.name),
    procedure_id: event.procedure_id,
    serial_number: null,
    part_number: event.part_number,
    status: 'waiting',
    started_at: null,
    ended_at: null,
    ...boundedPhases(planned),
    prompt: null,
    logs: [],
    logs_left_out: 0,
    outcome: null,
    outcome_details: [],
  };
}

const emptyPhase = (key: string, name: string): LivePhase => ({
  key,
  name: truncate(name, bounds.name),
  state: 'WAITING',
  attempt: 1,
  started_at: null,
  ended_at: null,
  measurements: [],
  measurements_left_out: 0,
  message: null,
});

function withPhase(
  test: LiveTest,
  { key, name }: { key: string; name: string },
  change: (phase: LivePhase) => LivePhase,
): LiveTest {
  const at = test.phases.findLastIndex((phase) => phase.key === key);
  const known = test.phases[at];
  const phases = known ? test.phases.with(at, change(known)) : [...test.phases, change(emptyPhase(key, name))];
  const bounded = boundedPhases(phases);
  return { ...test, ...bounded, phases_left_out: test.phases_left_out + bounded.phases_left_out };
}

const toLive = ({ measured_value, ...rest }: RunnerMeasurement): ReturnType<typeof toLiveMeasurement> =>
  toLiveMeasurement({ ...rest, value: measured_value });
