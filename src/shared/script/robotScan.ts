import { isPlain, type MeasureCall, phasesOf, readSuite } from './robotSuite.ts';
import type { ScriptInfo, TextSpan } from './scriptInfo.ts';

export { editableMeasurements, limitsEdit, limitsInScript } from './robotLimits.ts';

/** Reads a suite of Robot Framework without running it. `robot_file.py` of the runner names phases by the same rules. */
export function scanRobot(source: string): ScriptInfo {
  const suite = readSuite(source);
  const id = suite.variables.get('PROCEDURE_ID');
  const calls: MeasureCall[] = [];
  const phases = suite.tests.flatMap((test) => phasesOf(test, suite, calls));
  return {
    isRunnable: suite.tests.length > 0,
    usesOpenHtf: false,
    phases,
    measurements: calls.flatMap(({ phase, name }) =>
      phase === null ? [] : [{ phase: [phase], name: [name.text], literal: span(name) }],
    ),
    entry: suite.tests[0]?.from ?? null,
    procedures: id && isPlain(id.text) ? [{ id: id.text, literal: span(id), takesOnlyId: false }] : [],
    procedureArguments: id && isPlain(id.text) ? [{ kind: 'named', id: id.text }] : [],
    keys: [],
    lacksPartNumber: false,
  };
}

const span = ({ from, to }: TextSpan): TextSpan => ({ from, to });
