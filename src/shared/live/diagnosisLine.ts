import type { RunnerDiagnosis } from '../contract/runner.ts';
import { diagnosisTitle } from '../run/results.ts';

/** Returns a diagnosis in one line, such as `Diagnosis U1: too_hot (failure): The part got too hot`. */
export function diagnosisLine({ result, component, description, is_failure }: RunnerDiagnosis): string {
  const title = `Diagnosis ${diagnosisTitle(component, result)}${is_failure ? ' (failure)' : ''}`;
  return description === '' ? title : `${title}: ${description}`;
}
