import assert from 'node:assert/strict';
import { before, it } from 'mocha';
import { describeSlow } from '../support/slow.ts';
import { axeProblems } from './support/axe.ts';
import { createStation } from './support/bench.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually } from './support/until.ts';
import { checkedThemes } from './support/workbench.ts';

const drawing =
  '<svg xmlns="http://www.w3.org/2000/svg" width="480" height="240"><rect width="480" height="240" fill="steelblue"/></svg>';

describeSlow('operator prompts with an image', function () {
  const { bench, workbench } = useSharedBench();

  before(async () => {
    bench.script('pictured.py');
    bench.write('board.svg', drawing);
    const window = workbench();
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    await bench.linkedProcedure('Bench 1', 'FVT1');
    await window.openFile('pictured.py');
  });

  it('shows prompts with images from files and data: URLs beside the script, and does not load images from the web', async () => {
    const window = workbench();
    const page = window.webview();
    const isDrawn = (width: number): Promise<void> =>
      eventually(async () =>
        assert.equal(await page.locator('html').evaluate('document.querySelector("img")?.naturalWidth'), width),
      );
    const asks = (message: string): Promise<void> => page.getByRole('heading', { name: message }).waitFor();

    await window.command('Test Stations: Run Procedure on Station');
    await asks('Scan the label at the marked place');
    await isDrawn(480);
    await page.getByRole('img', { name: 'Image of the question' }).waitFor();
    await page.getByText('pictured.py · Bench 1').waitFor();
    for (const theme of checkedThemes) {
      await window.setTheme(theme);
      await window.screenshot('prompt-image', theme);
      assert.deepEqual(await axeProblems(page), [], theme);
    }
    await page.getByRole('textbox', { name: 'Answer' }).fill('LBL-5');
    await page.getByRole('textbox', { name: 'Answer' }).press('Enter');

    await asks('Turn the board');
    await isDrawn(320);
    await window.closeEditor('Operator prompt');
    await window.notification('pictured.py · Bench 1 waits for an answer: Turn the board').click('Answer');
    await asks('Turn the board');
    await page.getByRole('button', { name: 'Confirm' }).click();

    await asks('Look at the drawing');
    await page.getByText('Image not loaded: https://drawings.invalid/board.png').waitFor();
    assert.equal(await page.locator('img').count(), 0);
    for (const theme of ['light', 'dark'] as const) await window.screenshot('prompt-address', theme);
    await page.getByRole('button', { name: 'Open in Browser' }).click();
    await eventually(async () => assert.match(await window.dialog.text(), /drawings\.invalid/));
    await window.dialog.click('Cancel');
    await page.getByRole('button', { name: 'Confirm' }).click();

    await asks('Close the lid');
    await page.getByText('The image of the prompt was not found: missing.png').waitFor();
    await page.getByRole('button', { name: 'Confirm' }).click();

    await window.notification(/SN-IMG: PASS.*Saved/).locator.waitFor();
    await window.page.getByRole('tab', { name: 'Operator prompt' }).waitFor({ state: 'detached' });
    const [pushed] = await bench.runs();
    const { phases } = await bench.run(pushed?.id ?? '');
    assert.equal(phases[0]?.measurements[0]?.measured_value, 'LBL-5');
  });

  it('closes the prompt panel when the test is stopped', async () => {
    const window = workbench();
    await window.openFile('pictured.py');
    await window.command('Test Stations: Run Procedure on Station');
    await window.page.getByRole('tab', { name: 'Operator prompt' }).waitFor();
    await window.command('Test Stations: Stop Run');
    await window.notification(/SN-IMG: ABORTED/).locator.waitFor();
    await window.page.getByRole('tab', { name: 'Operator prompt' }).waitFor({ state: 'detached' });
  });
});
