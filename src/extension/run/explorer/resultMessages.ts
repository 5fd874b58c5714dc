import * as vscode from 'vscode';
import type { RunnerDiagnosis, RunnerFailure, RunnerMeasurement } from '../../../shared/contract/runner.ts';
import { diagnosisLine } from '../../../shared/live/diagnosisLine.ts';
import { expectedOf, measurementLine, valueOf } from '../../../shared/live/measurementLine.ts';
import { lineRange } from './testItems.ts';

export const failedOf = (measurements: readonly RunnerMeasurement[]): RunnerMeasurement[] =>
  measurements.filter(({ outcome }) => outcome === 'FAIL' || outcome === 'UNSET');

/** The measurements that failed, each with what was expected and what it was. @param place where one is declared */
export function measurementMessages(
  measurements: readonly RunnerMeasurement[],
  place: (name: string) => vscode.Location | undefined,
): vscode.TestMessage[] {
  return failedOf(measurements).map((measurement) => {
    const message = vscode.TestMessage.diff(
      measurementLine(measurement),
      expectedOf(measurement),
      valueOf(measurement),
    );
    const location = place(measurement.name);
    if (location !== undefined) message.location = location;
    return message;
  });
}

/** The diagnoses that are failures, one message each. */
export const diagnosisMessages = (diagnoses: readonly RunnerDiagnosis[]): vscode.TestMessage[] =>
  diagnoses.filter(({ is_failure }) => is_failure).map((each) => new vscode.TestMessage(diagnosisLine(each)));

export function failureMessage(failure: RunnerFailure, fallback: vscode.Uri | undefined): vscode.TestMessage {
  const message = new vscode.TestMessage(`${failure.type}: ${failure.message}\n\n${failure.traceback}`);
  const place = placeOf(failure.place) ?? (fallback && new vscode.Location(fallback, lineRange(1)));
  if (place !== undefined) message.location = place;
  return message;
}

export function placeOf(place: { file: string; line: number } | null): vscode.Location | undefined {
  return place === null ? undefined : new vscode.Location(vscode.Uri.file(place.file), lineRange(place.line));
}
