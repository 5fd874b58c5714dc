import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import type { Run } from '../../src/shared/contract/runs.ts';
import { itSlow } from '../support/slow.ts';
import { createStation } from './support/bench.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually } from './support/until.ts';

const openhtf = (metadata: string, serial: string): string => `import openhtf as htf


@htf.measures(htf.Measurement("rail").in_range(3.2, 3.4))
def check(test):
    """Checks the rail."""
    test.measurements.rail = 3.31


test = htf.Test(check, procedure_id="FVT1"${metadata})
test.execute(lambda: "${serial}")
`;
/** No server takes a part number of more than 60 characters. */
const tooLong = `, part_number="${'PCBA-'.repeat(13)}"`;
/** It reads a line from the standard input. */
const asking = `PROCEDURE_ID = "FVT1"
PART_NUMBER = "PCBA02"
SERIAL_NUMBER = "SN-INPUT"


def phase_check_fixture():
    answer = input("Which fixture is the unit in?")
    return {"measurements": [{"name": "fixture", "outcome": "PASS", "measured_value": answer}]}
`;

describe('a script that needs input from the user', function () {
  this.timeout(90_000);
  const { bench, workbench } = useSharedBench();

  before(async () => {
    bench.write('unnamed.py', openhtf('', 'SN-UNNAMED'));
    bench.write('overlong.py', openhtf(tooLong, 'SN-OVERLONG'));
    bench.write('asking.py', asking);
    const window = workbench();
    await createStation(window, 'Bench 2');
    await window.notification('Station Bench 2 is ready').close();
    await bench.linkedProcedure('Bench 2', 'FVT1');
    await window.openContainer('Test Stations');
  });

  const run = async (file: string): Promise<void> => {
    await workbench().openFile(file);
    await workbench().editorAction('Run Procedure on Station');
  };

  const newest = async (): Promise<Run> => bench.run((await bench.runs())[0]?.id ?? '');

  it('runs after asking for the missing part number, with which its run is stored', async () => {
    const window = workbench();
    await run('unnamed.py');
    await window.quickInput.opened('Part number of the unit under test');
    await window.screenshots('part-number');
    await window.quickInput.accept();
    await eventually(async () => assert.match(await window.quickInput.message(), /1 to 60 characters/));
    await window.screenshot('part-number-missing', 'light');
    await window.quickInput.fill('PCBA01');
    await window.quickInput.accept();
    await window.notification(/SN-UNNAMED: PASS\..*Saved as a run of FVT1/).close();
    assert.equal((await newest()).unit.part.number, 'PCBA01');
  });

  itSlow('leaves a refused result that opens as a report and is stored with another part number', async () => {
    const window = workbench();
    await run('overlong.py');
    const message = window.notification(
      /SN-OVERLONG: PASS\. Not uploaded yet; the result is in the Runs view\. The part number must be at most 60/,
    );
    assert.deepEqual(await message.buttons(), ['Give Part Number…', 'Show Results']);
    await window.screenshots('kept-message');
    await message.close();
    const row = window.tree('Runs').row(/SN-OVERLONG.*refused/);
    await row.click();
    await window.page.getByRole('tab', { name: 'SN-OVERLONG PASS' }).waitFor();
    const report = window.webview();
    await report.locator('.measurement', { hasText: 'rail' }).waitFor();
    await window.screenshots('kept-report');
    await row.action('Give Part Number…');
    await window.quickInput.opened('Part number of SN-OVERLONG');
    await window.quickInput.fill('PCBA01');
    await window.quickInput.accept();
    await window
      .tree('Runs')
      .row(/SN-OVERLONG\s*PASS · \d/)
      .locator.waitFor();
    assert.equal((await newest()).unit.part.number, 'PCBA01');
    await report.locator('.facts > div', { hasText: (await newest()).id }).waitFor();
    await window.screenshots('kept-saved');
  });

  it('gets the answer to input() from an input box, and its run is stored with the answer', async () => {
    const window = workbench();
    await run('asking.py');
    await window.quickInput.opened('Operator prompt of asking.py · Bench 2');
    assert.match(await window.quickInput.message(), /^Which fixture is the unit in\?/);
    await window.screenshots('input-line');
    await window.quickInput.fill('F-7');
    await window.quickInput.accept();
    await window.notification(/SN-INPUT: PASS\..*Saved as a run of FVT1/).close();
    assert.equal((await newest()).phases[0]?.measurements[0]?.measured_value, 'F-7');
  });
});
