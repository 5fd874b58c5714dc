import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Bench, createStation, useUntrustedBench } from './support/bench.ts';

describe('a folder that is not trusted', function () {
  const bench = new Bench();
  const { workbench } = useUntrustedBench(bench);

  it('shows stations and runs no scripts', async () => {
    const window = workbench();
    bench.script('openhtf_fvt1.py');
    await window.open(bench.workspace);
    await createStation(window, 'Bench 1');
    await window.openContainer('Test Stations');
    await window.tree('Stations').row('Bench 1').locator.waitFor();
    await window.page.getByText('Scripts run only in a folder that you trust').waitFor();
    await window.page.getByRole('button', { name: 'Manage Workspace Trust' }).waitFor();
    for (const theme of ['light', 'dark', 'hc'] as const) await window.screenshot('untrusted', theme);
    await window.openFile('openhtf_fvt1.py');
    await window.page.keyboard.press('F1');
    await window.quickInput.fill('>Test Stations: R');
    await window.quickInput.row('Test Stations: Refresh').waitFor();
    const rows = (await window.quickInput.rows()).map(({ label }) => label);
    assert.ok(!rows.includes('Test Stations: Run Procedure on Station'), rows.join('\n'));
    await window.quickInput.cancel();
  });
});
