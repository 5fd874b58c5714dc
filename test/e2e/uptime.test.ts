import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { formatLocalTime } from '../../src/shared/format/localTime.ts';
import { itSlow } from '../support/slow.ts';
import { axeProblems } from './support/axe.ts';
import { midnight } from './support/histories.ts';
import { isKept } from './support/storage.ts';
import { eventually } from './support/until.ts';
import { dayName, useUptimePanel } from './support/uptimePanel.ts';

const hour = 3_600_000;

describe('a station in the uptime panel', function () {
  const { workbench, id, panel, row, beat } = useUptimePanel();

  it('opens from the menu of a station and explains why it has no history', async () => {
    const window = workbench();
    await window.openContainer('Test Stations');
    await window.tree('Stations').row('Spare bench').menu('Open Uptime');
    await panel().getByRole('heading', { name: 'Spare bench has no history yet' }).waitFor();
    await panel().getByText('/heartbeat').waitFor();
    assert.deepEqual(await axeProblems(panel()), []);
    await workbench().screenshots('uptime-none');
    await window.tree('Stations').row('Bench 2').menu('Open Uptime');
    await panel().getByRole('heading', { level: 1, name: 'Bench 2' }).waitFor();
    assert.equal(await window.page.getByRole('tab', { name: 'Uptime' }).count(), 1);
    const tooltip = await window.tree('Stations').row('Bench 2').tooltip();
    assert.match(tooltip, /Up 97\.\d\d% of 8\d d \d+ h observed \(98%\) in the last 90 days\./);
    await window.page.mouse.move(900, 500);
  });

  it('adds and ends maintenance and pauses', async () => {
    const window = workbench();
    const { quickInput } = window;
    await panel().getByRole('button', { name: 'Mark maintenance…' }).click();
    await quickInput.opened('Maintenance of Bench 2 (1/2)');
    await quickInput.pick('From now for one hour');
    await quickInput.opened('Maintenance of Bench 2 (2/2)');
    await quickInput.button('Back');
    await quickInput.opened('Maintenance of Bench 2 (1/2)');
    await quickInput.pick('At another time…');
    await quickInput.opened('Maintenance of Bench 2 (2/4)');
    await eventually(async () => assert.match(await quickInput.message(), /^From: date and time in /));
    await quickInput.fill('yesterday');
    await eventually(async () => assert.match(await quickInput.message(), /Enter a date and a time/));
    await quickInput.fill(formatLocalTime(midnight(2) + 8 * hour));
    await quickInput.accept();
    await eventually(async () => assert.match(await quickInput.message(), /^Until: /));
    await quickInput.fill(formatLocalTime(midnight(2) + 7 * hour));
    await eventually(async () => assert.match(await quickInput.message(), /must be later/));
    await quickInput.fill(formatLocalTime(midnight(2) + 12 * hour));
    await quickInput.accept();
    await eventually(async () => assert.match(await quickInput.message(), /^Reason \(optional\)/));
    await quickInput.fill('Calibration');
    await quickInput.accept();
    const listed = panel().locator('.pauses li', { hasText: 'Calibration' });
    await listed.waitFor();
    await panel()
      .getByRole('gridcell', { name: new RegExp(`^${dayName(2)}.*4 h maintenance$`) })
      .waitFor();
    await window.screenshot('uptime-maintenance', 'dark');
    await listed.getByRole('button', { name: /^Delete/ }).click();
    await listed.waitFor({ state: 'detached' });
    await panel().getByRole('button', { name: 'Pause', exact: true }).click();
    await panel().locator('.badge').getByText('paused').waitFor();
    await panel().getByRole('button', { name: 'Resume' }).click();
    await panel().locator('.badge').waitFor({ state: 'detached' });
  });

  it('sets the operator address of a station', async () => {
    const { quickInput } = workbench();
    await panel().getByRole('button', { name: 'Operator address…' }).click();
    await quickInput.opened('Operator address of Bench 2');
    await quickInput.fill('bench 3');
    await eventually(async () => assert.match(await quickInput.message(), /host and a port/));
    await quickInput.fill('127.0.0.1:9');
    await quickInput.accept();
    await panel().locator('.facts').getByText('127.0.0.1:9').waitFor();
  });

  it('notifies once when a watched station disconnects or reconnects, and never about other stations', async () => {
    const window = workbench();
    // The words go by themselves: who looks for them afterwards may be too late.
    await Promise.all([
      window.statusBarItem('You will be notified when Bench 1 disconnects or reconnects.').waitFor({ timeout: 50_000 }), // of both
      window.tree('Stations').row('Bench 1').menu('Watch Station (On/Off)'),
    ]);
    await window
      .tree('Stations')
      .row(/Bench 1\s*connected · since/)
      .locator.waitFor();
    await beat('Bench 10', { farewell: true });
    await beat('Bench 1', { farewell: true });
    const gone = window.notification('Bench 1 has disconnected.');
    assert.deepEqual(await gone.buttons(), ['Open Uptime']);
    await window
      .tree('Stations')
      .row(/Bench 1\s*disconnected · since/)
      .locator.waitFor();
    for (const theme of ['light', 'hc'] as const) await window.screenshot('uptime-news', theme);
    await gone.click('Open Uptime');
    await panel().getByRole('heading', { level: 1, name: 'Bench 1' }).waitFor();
    await panel().getByRole('button', { name: 'Notify me when it disconnects or reconnects', pressed: true }).waitFor();
    await beat('Bench 1', {});
    await window.notification('Bench 1 is connected again.').close();
    assert.equal(await window.notification('Bench').locator.count(), 0);
    await panel().getByRole('button', { name: 'Notify me when it disconnects or reconnects' }).click();
    await panel()
      .getByRole('button', { name: 'Notify me when it disconnects or reconnects', pressed: false })
      .waitFor();
    await window.tree('Stations').row('Bench 2').menu('Open Uptime');
    await panel().getByRole('heading', { level: 1, name: 'Bench 2' }).waitFor();
  });

  itSlow('restores the panel after a reload of the window', async () => {
    const window = workbench();
    await panel()
      .getByRole('gridcell', { name: dayName(25) })
      .click();
    const incident = panel().locator('.incidents').getByText('live stream closed cleanly');
    await incident.waitFor();
    await isKept(window.page, new RegExp(`${id('Bench 2')}\\W+date\\W+${formatLocalTime(midnight(25)).slice(0, 10)}`));
    await window.reload();
    await panel().getByRole('heading', { level: 1, name: 'Bench 2' }).waitFor();
    await incident.waitFor();
    await window.page.keyboard.press('Escape');
    await panel().getByRole('button', { name: 'All stations' }).click();
    await row('Bench 2').waitFor();
  });
});
