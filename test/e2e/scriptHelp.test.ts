import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { itSlow } from '../support/slow.ts';
import { createStation } from './support/bench.ts';
import { Editor } from './support/editor.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually } from './support/until.ts';

const key = `tss_${'Zz09-_aB'.repeat(5)}`;

describe('help in a script', function () {
  const { bench, workbench } = useSharedBench();
  const editor = (): Editor => new Editor(workbench().page);

  before(() => {
    bench.script('openhtf_fvt1.py');
    bench.script('vanilla_fvt1.py');
    bench.write('fvt9.py', bench.read('openhtf_fvt1.py').replace('procedure_id="FVT1"', 'procedure_id="FVT9"'));
    bench.write('fvt8.py', bench.read('openhtf_fvt1.py').replace('procedure_id="FVT1"', "procedure_id='FVT8'"));
    bench.write('keyed.py', bench.read('openhtf_fvt1.py').replace('upload())', `upload(api_key="${key}"))`));
    bench.write('completing.py', bench.read('openhtf_fvt1.py').replace('"FVT1",  #', '#'));
    bench.write('completing_v2.py', 'from tofupilot.v2 import TofuPilot\n\nTofuPilot().runs.create(procedure_id=\n)\n');
    bench.write('helpers.py', 'def phase_shift(signal):\n    return signal\n');
  });

  it('offers to select a station when none is selected', async () => {
    const window = workbench();
    await window.openFile('openhtf_fvt1.py');
    await eventually(async () => assert.deepEqual(await editor().lenses(), ['Select Station']));
    await editor().lens('Select Station').click();
    await window.quickInput.opened('Select the station that scripts run on');
    await window.quickInput.cancel();
  });

  it('runs the script from the code lens above its test', async () => {
    const window = workbench();
    await createStation(window, 'Bench 1');
    await bench.linkedProcedure('Bench 1', 'FVT1');
    await window.command('Test Stations: Refresh');
    await window.notification('Station Bench 1 is ready').close();
    await editor().lens('Run on Bench 1').click();
    await window.notification(/SN-0001: PASS.*Saved as a run of FVT1 on Bench 1/).locator.waitFor();
    assert.equal((await bench.runs()).length, 1);
    await window.notification(/SN-0001: PASS/).close();
    await window.command('View: Hide Panel');
    for (const theme of ['light', 'dark'] as const) await window.screenshot('lens', theme);
  });

  it('shows the code lens above the entry of a plain script and in no other files', async () => {
    const window = workbench();
    await window.openFile('vanilla_fvt1.py');
    await editor().select('if __name__');
    await editor().lens('Run on Bench 1').waitFor();
    await eventually(async () =>
      assert.equal(await editor().lineBelowLens('Run on Bench 1'), 'if __name__ == "__main__":'),
    );
    await window.openFile('helpers.py');
    await editor().text('phase_shift').waitFor();
    await eventually(async () => assert.deepEqual(await editor().lenses(), []));
  });

  itSlow('shows no code lens when the setting turns it off', async () => {
    const window = workbench();
    await window.openFile('openhtf_fvt1.py');
    await editor().lens('Run on Bench 1').waitFor();
    await window.changeSettings({ 'testStations.codeLens': false });
    await editor().lens('Run on Bench 1').waitFor({ state: 'hidden' });
    await window.changeSettings({ 'testStations.codeLens': true });
    await editor().lens('Run on Bench 1').waitFor();
  });

  it('warns about a procedure that is not linked and offers a linked one', async () => {
    const window = workbench();
    await window.openFile('fvt9.py');
    await editor().lens('Run on Bench 1').waitFor();
    await eventually(async () => {
      const problems = (await window.problems()).join('\n');
      assert.match(problems, /FVT9 is not linked to Bench 1: its runs would be refused\./);
    });
    await editor().endOf('procedure_id="F');
    assert.deepEqual(await editor().quickFixes(), ['Create FVT9 and Link It to Bench 1', 'Use FVT1']);
    for (const theme of ['light', 'dark'] as const) await window.screenshot('quick-fix', theme);
    await editor().fix('Use FVT1');
    await editor().text('procedure_id="FVT1"').waitFor();
    await eventually(async () => assert.doesNotMatch((await window.problems()).join('\n'), /not linked/));
  });

  it('creates and links the procedure that the script names', async () => {
    const window = workbench();
    await window.openFile('fvt8.py');
    await eventually(async () => assert.match((await window.problems()).join('\n'), /FVT8 is not linked/));
    await editor().endOf("procedure_id='F");
    await editor().fix('Create FVT8 and Link It to Bench 1');
    await eventually(async () => assert.doesNotMatch((await window.problems()).join('\n'), /not linked/));
    await window.openContainer('Test Stations');
    await window.tree('Stations').row('FVT8').locator.waitFor();
  });

  it('updates its problems after links and edits and clears those of closed files', async () => {
    const window = workbench();
    await window.tree('Stations').row('FVT8').menu('Unlink Procedure…');
    await window.dialog.click('Unlink');
    await eventually(async () => assert.match((await window.problems()).join('\n'), /FVT8 is not linked/));
    await editor().endOf("procedure_id='F");
    assert.deepEqual(await editor().quickFixes(), ['Link FVT8 to Bench 1', 'Use FVT1']);
    await editor().fix('Link FVT8 to Bench 1');
    await eventually(async () => assert.doesNotMatch((await window.problems()).join('\n'), /not linked/));
    await editor().endOf("procedure_id='FVT");
    await window.page.keyboard.press('Delete');
    await window.page.keyboard.type('7');
    await eventually(async () => assert.match((await window.problems()).join('\n'), /FVT7 is not linked/));
    await window.command('View: Revert and Close Editor');
    await eventually(async () => assert.doesNotMatch((await window.problems()).join('\n'), /not linked/));
  });

  it('warns about a key in the source without showing it and removes the key', async () => {
    const window = workbench();
    await window.openFile('keyed.py');
    await eventually(async () => assert.match((await window.problems()).join('\n'), /The source contains an API key/));
    assert.ok(!(await window.problems()).join('\n').includes(key));
    await editor().endOf('api_key="tss_');
    for (const theme of ['light', 'dark'] as const) await window.screenshot('written-key', theme);
    await editor().fix('Remove API Key');
    await editor().text('test.add_output_callbacks(upload())').waitFor();
    await eventually(async () => assert.doesNotMatch((await window.problems()).join('\n'), /API key/));
    assert.ok(!(await window.outputChannel('Test Stations')).includes(key));
    await window.command('View: Revert and Close Editor');
  });

  it('completes procedures and lists those of the station first', async () => {
    const window = workbench();
    await bench.procedure('A0', 'Another <b>line</b>');
    await window.openFile('completing.py');
    await editor().endOf('procedure_id=');
    await window.page.keyboard.type('"');
    await eventually(async () => {
      const rows = await editor().suggestions();
      assert.deepEqual(
        rows.map((row) => row.replace(/\s+/g, ' ').trim()).map((row) => row.split(' ')[0]),
        ['FVT1', 'FVT8', 'A0'],
      );
      assert.match(rows[0] ?? '', /linked to Bench 1/);
    });
    for (const theme of ['light', 'dark'] as const) await window.screenshot('completion', theme);
    await window.page.keyboard.type('FV');
    await eventually(async () => assert.equal((await editor().suggestions()).length, 2));
    await window.page.keyboard.press('Enter');
    await editor().text('procedure_id="FVT1"').waitFor();
    await window.command('View: Revert and Close Editor');
  });

  itSlow('completes the procedure id for the v2 client', async () => {
    const window = workbench();
    await window.openFile('completing_v2.py');
    await editor().endOf('procedure_id=');
    await window.page.keyboard.type('"FVT1');
    await eventually(async () => assert.equal((await editor().suggestions()).length, 1));
    await window.page.keyboard.press('Enter');
    const [fvt1] = (await bench.runs()).map(({ procedure }) => procedure.id);
    await editor()
      .text(`procedure_id="${fvt1 ?? ''}"`)
      .waitFor();
    await window.command('View: Revert and Close Editor');
  });

  it('shows the data of a procedure in a hover and opens a run from it', async () => {
    const window = workbench();
    await window.openFile('openhtf_fvt1.py');
    await editor().endOf('procedure_id="F');
    const hover = await editor().hover();
    await eventually(async () => {
      const text = await hover.innerText();
      assert.match(text, /FVT1\s+Linked to Bench 1/);
      assert.match(text, /Runs on Bench 1 in the last 7 days: 1\. First-pass yield: 100% \(1\/1\)\./);
      assert.match(text, /PASS · SN-0001 · /);
    });
    for (const theme of ['light', 'dark'] as const) await window.screenshot('procedure-hover', theme);
    await hover.getByRole('link', { name: 'SN-0001' }).click();
    await window.page.getByRole('tab', { name: /SN-0001 PASS/ }).waitFor();
  });

  itSlow('shows procedure names literally', async () => {
    const window = workbench();
    bench.write('odd.py', bench.read('openhtf_fvt1.py').replace('procedure_id="FVT1"', 'procedure_id="A0"'));
    await window.openFile('odd.py');
    await editor().endOf('procedure_id="A');
    const hover = await editor().hover();
    await eventually(async () =>
      assert.match(await hover.innerText(), /Another <b>line<\/b> · A0\s+Not linked to Bench 1/),
    );
  });
});
