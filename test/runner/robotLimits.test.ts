import assert from 'node:assert/strict';
import path from 'node:path';
import { it } from 'mocha';
import { applyEdits } from '../../src/shared/script/limitsEdit.ts';
import { editableMeasurements, limitsEdit } from '../../src/shared/script/robotLimits.ts';
import { randomNumbers } from '../server/random.ts';
import { Host } from './support/host.ts';
import { scriptFolder, withNewestPython } from './support/script.ts';

const seed = Number(process.env['ROBOT_SEED'] ?? Math.floor(Math.random() * 1e9));
const count = 60;

const head = `*** Settings ***
Library    TestStations

*** Variables ***
\${PROCEDURE_ID}     FVT1
\${SERIAL_NUMBER}    SN1
\${PART_NUMBER}      P1

*** Test Cases ***
`;

function randomSuite(random: () => number): string {
  const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] ?? assert.fail();
  const limit = (low: number): string => one([`${low}`, `${low}.25`, `\${${low}}`, '${EMPTY}']);
  const row = (index: number): string => {
    const lower = limit(-5);
    const upper = limit(5);
    const given = one([
      [],
      [lower],
      [lower, upper],
      [lower, upper, 'V'],
      ['units=V'],
      [`upper=${upper}`, 'units=V'],
      [lower, `upper=${upper}`],
    ]);
    const name = `m${Math.floor(index / 2)}`; // two rows have the same name
    const separator = one(['    ', '  ', '\t', '\n    ...    ']);
    const cells = [one(['Measure', 'measure', 'TestStations.Measure', '${x}=    Measure']), name, '1', ...given];
    return `    ${cells.join(separator)}${one(['', '    # soon'])}`;
  };
  return `${head}${Array.from({ length: count }, (_, index) => `${index % 7 === 0 ? `T${index}\n` : ''}${row(index)}`).join('\n')}\n`;
}

withNewestPython(`Limits of a Robot Framework suite (ROBOT_SEED=${seed})`, (python) => {
  async function declared(source: string): Promise<Map<string, unknown>> {
    const folder = await scriptFolder({ 'board.robot': source });
    const host = await Host.run(python, path.join(folder, 'board.robot'));
    return new Map(
      host
        .all('phase_complete')
        .flatMap(({ name: phase, measurements }) =>
          measurements.map(({ name, validators }) => [`${phase}: ${name}`, validators] as const),
        ),
    );
  }

  it('are those that Robot Framework checks, and all others stay, after an edit of each second measurement', async () => {
    const source = randomSuite(randomNumbers(seed));
    const before = await declared(source);
    assert.equal(before.size, count, source);
    const all = editableMeasurements(source);
    assert.deepEqual(all.map(({ name, phases: [phase] }) => `${phase}: ${name}`).sort(), [...before.keys()].sort());
    const wanted = new Map(before);
    let edited = source;
    for (const [index, { name, phases }] of all.entries()) {
      if (index % 2 === 0) continue;
      const [phase = ''] = phases;
      const limits = { lower: index % 3 === 0 ? null : -index / 8, upper: index % 5 === 0 ? null : index };
      if (limits.lower === null && limits.upper === null) continue;
      const answer = limitsEdit(edited, phase, name, limits);
      assert.ok(answer.kind === 'edit', `${JSON.stringify(answer)} for ${phase}\n${edited}`);
      edited = applyEdits(edited, answer.edits);
      wanted.set(`${phase}: ${name}`, validatorsOf(limits));
    }
    assert.deepEqual(await declared(edited), wanted, edited);
  });
});

function validatorsOf({ lower, upper }: { lower: number | null; upper: number | null }): string[] {
  if (lower !== null && upper !== null) return [`${lower} <= x <= ${upper}`];
  return lower === null ? [`x <= ${upper}`] : [`${lower} <= x`];
}
