import type { RunnerDiagnosis } from '../contract/runner.ts';
import { diagnosisTitle } from '../run/results.ts';

export function diagnosisLine({ result, component, description, is_failure }: RunnerDiagnosis): string {
  const title = `Diagnosis ${diagnosisTitle(component, result)}${is_failure ? ' (failure)' : ''}`;
  return description === '' ? title : `${title}: ${description}`;
}
