import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { before, describe, it } from 'mocha';
import { Bench, createStation, useUntrustedBench } from './support/bench.ts';
import { doctor } from './support/doctor.ts';
import { eventually } from './support/until.ts';
import type { Workbench } from './support/workbench.ts';

/** The commands in the palette that begin with a text. @param known one of them */
async function commandsThatBeginWith(window: Workbench, text: string, known: string): Promise<string[]> {
  await window.page.keyboard.press('F1');
  await window.quickInput.fill(`>${text}`);
  await window.quickInput.row(known).waitFor();
  const rows = (await window.quickInput.rows()).map(({ label }) => label);
  await window.quickInput.cancel();
  return rows;
}

describe('a folder that is not trusted', function () {
  const bench = new Bench();
  const { workbench } = useUntrustedBench(bench);

  before(async () => {
    bench.script('openhtf_fvt1.py');
    bench.write('fvt9.py', 'import openhtf as htf\n\nhtf.Test(procedure_id="FVT9")\n');
    await workbench().open(bench.workspace);
  });

  it('starts neither Python nor a server for the Doctor', async () => {
    const report = await doctor(workbench());
    assert.match(
      report,
      /2 problems were found\..*\n\n1\. The workspace is not trusted.*\n2\. The station server has not/,
    );
    assert.match(report, /- Interpreter: not looked for: the workspace is not trusted/);
    assert.match(report, /- Address: none: /);
    assert.match(report, /- Stations: never seen by this window/);
    assert.ok(!existsSync(bench.data), 'the data folder was created');
  });

  it('shows stations and runs no scripts', async () => {
    const window = workbench();
    await createStation(window, 'Bench 1');
    await window.openContainer('Test Stations');
    await window.tree('Stations').row('Bench 1').locator.waitFor();
    await window.page.getByText('Scripts run only in a folder that you trust').waitFor();
    await window.page.getByRole('button', { name: 'Manage Workspace Trust' }).waitFor();
    for (const theme of ['light', 'dark', 'hc'] as const) await window.screenshot('untrusted', theme);
    await window.openFile('openhtf_fvt1.py');
    const rows = await commandsThatBeginWith(window, 'Test Stations: R', 'Test Stations: Refresh');
    assert.ok(!rows.includes('Test Stations: Run Procedure on Station'), rows.join('\n'));
  });

  it('marks a script and offers neither a terminal nor a code lens', async () => {
    const window = workbench();
    await window.openFile('fvt9.py');
    await eventually(async () => assert.match((await window.problems()).join('\n'), /FVT9 is not linked to Bench 1/));
    assert.equal(await window.page.locator('.codelens-decoration > a').count(), 0);
    const rows = await commandsThatBeginWith(window, 'Test Stations: Open', 'Test Stations: Open Sample Workspace…');
    assert.ok(!rows.includes('Test Stations: Open Station Terminal'), rows.join('\n'));
  });
});
