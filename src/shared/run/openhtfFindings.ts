import * as z from 'zod';
import type { NewFinding } from './newRun.ts';
import { exceptionName, type OpenhtfPhase, type OpenhtfRecord } from './openhtfRecord.ts';
import { diagnosisTitle } from './results.ts';

const raised = z.object({ exc_type: z.string(), exc_val: z.unknown(), exc_tb: z.string().nullish() });

/** OpenHTF ends the thread of a phase by this exception when the test is aborted. */
const isTermination = (type: string): boolean => type === 'ThreadTerminationError';

/** Returns exceptions of phases with their place, other details of the outcome, and diagnoses. @param phases those stored */
export function findingsOf(record: OpenhtfRecord, phases: readonly OpenhtfPhase[]): NewFinding[] {
  const errors = phases.flatMap((phase, index): NewFinding[] => {
    const error = errorOf(phase);
    return error === null ? [] : [{ ...error, phase: index }];
  });
  const known = new Set(errors.map(({ title, message }) => `${title}\n${message}`));
  const details = (record.outcome_details ?? [])
    .map(({ code, description }) => error(exceptionName(code ?? ''), description ?? ''))
    .filter(({ title, message }) => !known.has(`${title}\n${message}`) && (title !== '' || message !== ''));
  // The record lists diagnoses in the order of the phases. Those that remain belong to the whole test.
  const left = phases.map((each) => [...(each.diagnosis_results ?? []), ...(each.failure_diagnosis_results ?? [])]);
  const diagnoses = (record.diagnoses ?? []).map(({ result, description, component, is_failure }): NewFinding => {
    const phase = left.findIndex((results) => results.includes(result));
    left[phase]?.splice(left[phase].indexOf(result), 1);
    return {
      kind: 'diagnosis',
      phase: phase === -1 ? null : phase,
      title: diagnosisTitle(component, result),
      message: description ?? '',
      place: null,
      is_failure: is_failure ?? false,
    };
  });
  return [...details, ...errors, ...diagnoses];
}

const error = (title: string, message: string, place: NewFinding['place'] = null): NewFinding => ({
  kind: 'error',
  phase: null,
  title,
  message,
  place,
  is_failure: true,
});

function errorOf({ outcome, result }: OpenhtfPhase): NewFinding | null {
  const exception = raised.safeParse(result?.phase_result).data;
  if (exception !== undefined) {
    const type = exceptionName(exception.exc_type);
    if (isTermination(type)) return error('Aborted', 'The test was stopped while this phase ran.');
    const value = exception.exc_val;
    const message = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
    return error(type, message, placeIn(exception.exc_tb ?? ''));
  }
  const isTimeout = outcome === 'ERROR' && result?.phase_result === null;
  return isTimeout ? error('Timeout', 'The phase did not end within its time limit.') : null;
}

function placeIn(traceback: string): NewFinding['place'] {
  const frames = [...traceback.matchAll(/^ *File "(.+)", line (\d+)/gm)].map(([, file = '', line]) => ({
    file,
    line: Number(line),
  }));
  return (
    frames.findLast(({ file }) => !/[\\/](?:site|dist)-packages[\\/]|[\\/]lib[\\/]python3|^</i.test(file)) ??
    frames.at(-1) ??
    null
  );
}
