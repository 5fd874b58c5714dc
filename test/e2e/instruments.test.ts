import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually } from './support/until.ts';

describe('the Instruments view', function () {
  const { bench, workbench } = useSharedBench();
  const tree = () => workbench().tree('Instruments');
  const visa = async (): Promise<string[]> => (await tree().rows()).filter((row) => row.includes('::'));

  before(async () => {
    bench.write('measure.py', 'supply = "GPIB::8"\n\nscope = "USB0::0x1AB1::0x04CE::DS1ZA1::INSTR"\n');
    const window = workbench();
    await window.openContainer('Test Stations');
    await window.command('Test Stations: Focus on Instruments View');
  });

  it('lists nothing before it is asked to, then VISA resources, ports, and the scripts that use them', async () => {
    const window = workbench();
    const welcome = window.page.getByText('No instrument is opened.');
    await welcome.waitFor();
    await window.screenshots('instruments-welcome');
    await window.page.getByRole('button', { name: 'List Instruments' }).click();
    await eventually(async () =>
      assert.deepEqual(await visa(), ['GPIB0::8::INSTR in 1 file', 'TCPIP0::192.0.2.5::inst0::INSTR']),
    );
    // The view is too small for all of it.
    await tree().locator.press('End');
    await tree().row('USB0::0x1AB1::0x04CE::DS1ZA1::INSTR').locator.waitFor();
    await tree().locator.press('Home');
    await tree().row('GPIB0::8::INSTR').expand();
    await tree().row('measure.py').locator.click();
    await window.page.getByRole('tab', { name: 'measure.py' }).waitFor();
  });

  it('identifies an instrument on request, and says why one does not answer', async () => {
    const window = workbench();
    await tree().row('GPIB0::8::INSTR').action('Identify (*IDN?)');
    await tree()
      .row(/ACME,PS-30,SN123,1\.0 · in 1 file/)
      .locator.waitFor();
    await tree().row('TCPIP0::192.0.2.5::inst0::INSTR').action('Identify (*IDN?)');
    const notification = window.notification('did not answer the question *IDN?: VisaIOError: VI_ERROR_TMO');
    await window.screenshots('instruments');
    await notification.close();
  });

  it('copies the address of an instrument', async () => {
    const window = workbench();
    const row = tree().row('GPIB0::8::INSTR');
    assert.equal(await window.copied(() => row.action('Copy Address')), 'GPIB0::8::INSTR');
  });
});
