import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import type { FrameLocator, Locator } from 'playwright-core';
import type { NewRunBody } from '../../src/shared/contract/newRuns.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { itSlow } from '../support/slow.ts';
import { axeProblems } from './support/axe.ts';
import { createStation } from './support/bench.ts';
import { richRun, stationClient } from './support/richRun.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { isKept } from './support/storage.ts';
import { textOf } from './support/text.ts';
import { eventually } from './support/until.ts';
import { checkedThemes } from './support/workbench.ts';

const hour = 3_600_000;

/** The run an hour later: with another value and limit of rail_5v, without ripple, and with a new measurement. */
function later(procedure: string): NewRunBody {
  const run = richRun(procedure);
  const after = (time: string): string => new Date(Date.parse(time) + hour).toISOString();
  return {
    ...run,
    outcome: 'PASS',
    started_at: after(run.started_at),
    ended_at: after(run.ended_at),
    phases: (run.phases ?? []).map((phase) => ({
      ...phase,
      started_at: after(phase.started_at),
      ended_at: after(phase.ended_at),
      measurements: (phase.measurements ?? [])
        .filter(({ name }) => name !== 'ripple')
        .map((each) =>
          each.name === 'rail_5v'
            ? {
                ...each,
                outcome: 'PASS' as const,
                measured_value: 5.1,
                validators: [{ outcome: 'PASS' as const, operator: '<=', expected_value: 5.4 }],
              }
            : each,
        )
        .concat(phase.name === 'sweep' ? [{ name: 'noise', outcome: 'PASS', measured_value: 3 }] : []),
    })),
  };
}

describe('the comparison of two runs', function () {
  const { bench, workbench } = useSharedBench();
  const page = (): FrameLocator => workbench().webview();
  const row = (name: string): Locator =>
    page()
      .getByRole('region', { name: 'Measurements of both runs' })
      .getByRole('row')
      .filter({ hasText: name })
      .first();

  before(async () => {
    const window = workbench();
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    await window.openContainer('Test Stations');
    const { client, procedure } = await stationClient(bench, 'Bench 1');
    await client.call(runs.create, { body: richRun(procedure) });
    await client.call(runs.create, { body: later(procedure) });
  });

  it('compares a run with the last PASS of its procedure and says in words what differs', async () => {
    const window = workbench();
    await window
      .tree('Runs')
      .row(/SN-2041\s*FAIL/)
      .menu('Compare with…');
    await window.quickInput.opened('Compare SN-2041 with');
    await window.screenshot('compare-with', 'light');
    await window.quickInput.pick('The last PASS of the procedure');
    await page().getByRole('heading', { name: 'Compare runs' }).waitFor();
    assert.match(
      await textOf(row('rail_5v')),
      /FAIL 5\.31 V 4\.8 ≤ x ≤ 5\.2 PASS 5\.1 V x ≤ 5\.4 −0\.21 V .*outcome changed limits changed$/,
    );
    assert.match(await textOf(row('ripple')), /not in this run only in the older run$/);
    assert.match(await textOf(row('noise')), /not in this run .*only in the newer run$/);
    assert.match(
      await textOf(page().locator('.summary')),
      /, 1 changed their outcome, 1 changed their limits, 1 are only in the older run, 1 only in the newer run\.$/,
    );
    await window.screenshots('compare');
    const plot = page().getByRole('img', { name: 'step_response of both runs: 500 and 500 points.' });
    await plot.scrollIntoViewIfNeeded();
    await page().locator('curve-plot canvas').first().waitFor();
    await window.screenshot('compare-curves', 'light');
  });

  it('shows only differences on request, and is accessible in all themes', async () => {
    const window = workbench();
    await page().getByText('Only differences').click();
    await eventually(async () => assert.equal(await row('rail_3v3').count(), 0));
    await row('rail_5v').waitFor();
    for (const theme of checkedThemes) {
      await window.setTheme(theme);
      assert.deepEqual(await axeProblems(page()), [], theme);
    }
    await window.page.setViewportSize({ width: 860, height: 1000 });
    await window.screenshot('compare-narrow', 'light');
    await window.page.setViewportSize({ width: 1280, height: 800 });
  });

  itSlow('shows only differences after a reload, too', async () => {
    const window = workbench();
    await isKept(window.page, /onlyDifferences\W+true/);
    await window.reload();
    await row('rail_5v').waitFor();
    await eventually(async () => assert.equal(await row('rail_3v3').count(), 0));
  });

  it('compares two selected rows of the Runs view', async () => {
    const window = workbench();
    await window.closeEditor('SN-2041: 2 runs');
    const view = window.tree('Runs');
    await view.row(/SN-2041\s*PASS/).click();
    await window.page.getByRole('tab', { name: 'SN-2041 PASS' }).waitFor();
    await view.row(/SN-2041\s*FAIL/).locator.click({ modifiers: ['ControlOrMeta'] });
    await view.row(/SN-2041\s*FAIL/).menu('Compare Runs…');
    await row('rail_5v').waitFor();
    await view.row(/SN-2041\s*PASS/).click(); // The menus of several selected rows have fewer items.
  });
});
