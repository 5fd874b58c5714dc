import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { itSlow } from '../support/slow.ts';
import { createStation } from './support/bench.ts';
import { Editor } from './support/editor.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually } from './support/until.ts';

const command = 'Test Stations: New Test Script…';

describe('New Test Script', function () {
  this.timeout(90_000);
  const { bench, workbench } = useSharedBench();
  let boardTest: string;

  before(async () => {
    const window = workbench();
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    await bench.linkedProcedure('Bench 1', 'FVT1');
    await bench.link('Bench 1', await bench.procedure('EOL', 'End of line'));
    boardTest = (await (await bench.api()).call(procedures.create, { body: { name: 'Board test' } })).id;
    await bench.link('Bench 1', boardTest);
  });

  it('asks for the procedure and the kind of script in numbered steps with a Back button', async () => {
    const window = workbench();
    const { quickInput } = window;
    await window.command(command);
    await quickInput.opened('New test script for Bench 1 (1/2)');
    await eventually(async () => {
      const rows = (await quickInput.rows()).map(({ label, description }) => `${label} ${description}`.trim());
      assert.deepEqual(rows.sort(), ['Board test', 'EOL End of line', 'FVT1']);
    });
    for (const theme of ['light', 'dark'] as const) await window.screenshot('new-script-procedure', theme);
    await quickInput.pick('FVT1');
    await quickInput.opened('New test script for Bench 1 (2/2)');
    await quickInput.row('Plain Python').waitFor();
    for (const theme of ['light', 'dark'] as const) await window.screenshot('new-script-kind', theme);
    await quickInput.button('Back');
    await quickInput.opened('New test script for Bench 1 (1/2)');
    // The list has the focus on what was picked before.
    await quickInput.accept();
    await quickInput.opened('New test script for Bench 1 (2/2)');
    await quickInput.pick('OpenHTF');
    await quickInput.saveAs(/^fvt1_test\.py$/);
    await new Editor(window.page).text('procedure_id="FVT1"').waitFor();
  });

  it('names the new script after its procedure, under which its run is stored', async () => {
    const window = workbench();
    await window.command(command);
    await window.quickInput.opened('New test script for Bench 1 (1/2)');
    await window.quickInput.row('Board test').waitFor();
    await window.quickInput.accept(); // Enter picks the first item.
    await window.quickInput.opened('New test script for Bench 1 (2/2)');
    await window.quickInput.pick('Plain Python');
    await window.quickInput.saveAs(/^board_test\.py$/);
    await new Editor(window.page).text('# Board test').waitFor();
    assert.match(bench.read('board_test.py'), new RegExp(`procedure_id="${boardTest}",  # Board test\n`));
    for (const theme of ['light', 'dark'] as const) await window.screenshot('new-script', theme);
    await window.command('Test Stations: Run Procedure on Station');
    await window.notification(/SN-0001: PASS.*Saved as a run of Board test on Bench 1/).close();
    assert.deepEqual(
      (await bench.runs()).map(({ outcome, procedure }) => [outcome, procedure.id]),
      [['PASS', boardTest]],
    );
  });

  it('creates no script when the last step is dismissed', async () => {
    const window = workbench();
    await window.command(command);
    await window.quickInput.opened('New test script for Bench 1 (1/2)');
    await window.quickInput.pick('EOL');
    await window.quickInput.opened('New test script for Bench 1 (2/2)');
    await window.quickInput.cancel();
    assert.ok(!existsSync(join(bench.workspace, 'end_of_line_test.py')));
  });

  itSlow('asks only for the kind of script when one procedure is linked', async () => {
    const window = workbench();
    await createStation(window, 'Bench 2');
    await window.notification('Station Bench 2 is ready').close();
    await bench.link('Bench 2', boardTest);
    await window.command('Test Stations: Select Station');
    await window.quickInput.pick('Bench 2');
    await window.statusBarItem('Bench 2').waitFor();
    await window.command(command);
    await window.quickInput.opened('New test script for Bench 2');
    assert.equal(await window.page.getByRole('button', { name: 'Back', exact: true }).count(), 0);
    await window.quickInput.cancel();
  });
});
