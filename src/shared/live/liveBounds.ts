import { bounds, type LiveLog, type LiveMeasurement, type LivePhase, type LiveTest } from '../contract/liveTest.ts';

const isWrong = ({ outcome }: LiveMeasurement): boolean => outcome === 'FAIL' || outcome === 'UNSET';

export function boundedMeasurements(
  all: readonly LiveMeasurement[],
): Pick<LivePhase, 'measurements' | 'measurements_left_out'> {
  return selectMeasurements(all, bounds.phaseMeasurements, 0);
}

function selectMeasurements(
  all: readonly LiveMeasurement[],
  room: number,
  leftOut: number,
): Pick<LivePhase, 'measurements' | 'measurements_left_out'> {
  if (all.length <= room) return { measurements: [...all], measurements_left_out: leftOut };
  const failed = new Set(all.filter(isWrong).slice(0, room));
  let free = room - failed.size;
  const kept = all.filter((each) => failed.has(each) || free-- > 0);
  return { measurements: kept, measurements_left_out: leftOut + all.length - kept.length };
}

/** Phases reduced to their failed measurements. They are cached so that a phase stays the same object. */
const phasesWithoutPassed = new WeakMap<LivePhase, LivePhase>();

function dropPassed(phase: LivePhase): LivePhase {
  const known = phasesWithoutPassed.get(phase);
  if (known !== undefined) return known;
  const failed = phase.measurements.filter(isWrong).slice(0, 20);
  const left = phase.measurements_left_out + phase.measurements.length - failed.length;
  const made = { ...phase, measurements: failed, measurements_left_out: left };
  phasesWithoutPassed.set(phase, made);
  return made;
}

/** Returns the newest phases. If they have too many measurements, the oldest phases lose those that passed. */
export function boundedPhases(all: readonly LivePhase[]): Pick<LiveTest, 'phases' | 'phases_left_out'> {
  const phases = all.slice(-bounds.phases);
  let total = phases.reduce((sum, { measurements }) => sum + measurements.length, 0);
  for (let at = 0; total > bounds.measurements && at < phases.length - 1; at++) {
    const phase = phases[at];
    if (phase === undefined) break;
    const less = dropPassed(phase);
    total -= phase.measurements.length - less.measurements.length;
    phases[at] = less;
  }
  return { phases, phases_left_out: all.length - phases.length };
}

export function withLogs(
  { logs, logs_left_out }: Pick<LiveTest, 'logs' | 'logs_left_out'>,
  added: readonly Omit<LiveLog, 'number'>[],
): Pick<LiveTest, 'logs' | 'logs_left_out'> {
  if (added.length === 0) return { logs, logs_left_out };
  const first = logs_left_out + logs.length;
  const all = [...logs, ...added.map((line, index) => ({ number: first + index, ...line }))];
  const kept = all.slice(-bounds.logs);
  return { logs: kept, logs_left_out: logs_left_out + all.length - kept.length };
}
