import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { BrowserContext, Page } from 'playwright-core';
import { operator } from '../../src/shared/contract/operator.ts';
import { adminKey, type TestStation, useServerProcess } from '../server/bench.ts';
import { asked, EditorAtWork, event } from '../server/editorAtWork.ts';
import { TestClient } from '../server/requests.ts';
import { axeProblems } from './support/axe.ts';
import { openBrowser } from './support/browser.ts';
import { build } from './support/places.ts';
import { inItsOrder, nothingIsTurned, turning } from './support/turned.ts';
import { eventually } from './support/until.ts';
import { areScreenshotsWanted, checkedThemes } from './support/workbench.ts';

const looks = {
  light: { media: { colorScheme: 'light', contrast: 'no-preference' }, mark: 'light' },
  dark: { media: { colorScheme: 'dark', contrast: 'no-preference' }, mark: 'dark' },
  hc: { media: { colorScheme: 'dark', contrast: 'more' }, mark: 'contrast-dark' },
  hcLight: { media: { colorScheme: 'light', contrast: 'more' }, mark: 'contrast-light' },
} as const;

const measurement = (name: string, measured_value: unknown, outcome: string, validators: string[] = []) => ({
  name,
  outcome,
  measured_value,
  units: 'V',
  validators,
  docstring: null,
});

/** Names the field that the keyboard, and a scanner, writes into. */
const focused = "document.activeElement?.getAttribute('name')";

describe('the page of the Operator UI in a browser', function () {
  const bench = useServerProcess();
  const profile = mkdtempSync(join(tmpdir(), 'ts-page-'));
  let context: BrowserContext;
  let page: Page;
  let station: TestStation;
  let editor: EditorAtWork;
  let link: string;
  const requested: string[] = [];

  before(async () => {
    context = await openBrowser(profile);
    page = context.pages()[0] ?? (await context.newPage());
    page.on('request', (request) => requested.push(request.url()));
    station = await bench.station('Bench 1');
    editor = new EditorAtWork(station.client, station.id);
    ({ url: link } = await station.client.call(operator.link, { params: { id: station.id } }));
  });
  after(async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  });

  async function screenshot(name: string): Promise<void> {
    if (!areScreenshotsWanted) return;
    await mkdir(join(build, 'screenshots'), { recursive: true });
    await page.screenshot({ path: join(build, 'screenshots', `operator-${name}.png`), animations: 'disabled' });
  }

  /** In the checked themes, wide and narrow; and nothing wrong for screen readers and contrast. */
  async function looked(name: string): Promise<void> {
    for (const theme of checkedThemes) {
      const { media, mark } = looks[theme];
      await page.emulateMedia(media);
      await page.locator(`html[data-theme=${mark}]`).waitFor();
      const problems = await axeProblems(page);
      assert.deepEqual(problems, [], `${name} ${theme}`);
      await screenshot(`${name}-${theme}`);
    }
    await page.emulateMedia(looks.light.media);
    await page.setViewportSize({ width: 380, height: 800 });
    const tooWide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
    await screenshot(`${name}-narrow`);
    await page.setViewportSize({ width: 1280, height: 800 });
    assert.equal(tooWide, false, `${name} is too wide`);
  }

  it('allows only watching to a viewer with a link', async () => {
    await page.goto(link);
    await page.getByRole('heading', { name: 'Bench 1' }).waitFor();
    await page.getByText('Watching only').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Start Test' }).isEnabled(), false);
    await looked('watching');
  });

  it('is shown in the language of the browser', async () => {
    const german = await context.newPage();
    await german.addInitScript("Object.defineProperty(navigator, 'languages', { get: () => ['de-DE', 'en'] })");
    await german.goto(link);
    await german.getByText('Nur zusehen').waitFor();
    assert.equal(await german.locator('html').getAttribute('lang'), 'de');
    await german.screenshot({ path: join(build, 'screenshots', 'operator-german.png'), animations: 'disabled' });
    await german.close();
  });

  it('signs in with the key of the station and refuses another key', async () => {
    await page.getByRole('button', { name: 'Sign In' }).click();
    await looked('sign-in');
    const other = await bench.station('Bench 2');
    await page.getByLabel('Station key or user key').fill(other.key);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('cannot watch or operate another station').waitFor();
    await page.getByLabel('Station key or user key').fill(station.key);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Sign Out' }).waitFor();
    await page.getByText('To start tests here, set a script').waitFor();
  });

  it('starts a test for a scanned serial number', async () => {
    const requests = await editor.requests(bench.server.url, station.key);
    await editor.report({ offer: { script: 'board.py', next_serial_number: 'SN-0041' } });
    await page.getByText('board.py').waitFor();
    const serial = page.getByRole('textbox', { name: 'Serial number' });
    await eventually(async () =>
      assert.equal(await serial.getAttribute('placeholder'), 'Scan, or type; next: SN-0041'),
    );
    await eventually(async () => assert.equal(await page.evaluate(focused), 'serial', 'the scanner types into it'));
    await looked('start');
    await page.keyboard.press('Enter'); // alone it starts nothing, and above all no number that nobody scanned
    assert.equal(await page.getByRole('button', { name: 'Start Test' }).isDisabled(), true);
    await page.getByRole('button', { name: 'Use SN-0041' }).click();
    await eventually(async () => assert.equal(await serial.inputValue(), 'SN-0041'));
    await serial.click(); // behind the text, all of which is selected
    await page.keyboard.type('SN-0042');
    await page.keyboard.press('Enter');
    const start = await requests.until(({ event: kind }) => kind === 'start');
    assert.deepEqual(start.data, { serial_number: 'SN-0042', loop: false });
    await page.getByRole('button', { name: 'Starting…' }).waitFor();
  });

  it('replaces the serial number in the field when one is scanned after a click', async () => {
    const serial = page.getByRole('textbox', { name: 'Serial number' });
    const before = ['blur()', 'select()', 'setSelectionRange(1, 5)', 'setSelectionRange(2, 2)'];
    const onText = { position: { x: 30, y: 20 } };
    for (const call of before) {
      for (const click of [{}, onText, { clickCount: 2 }, { ...onText, clickCount: 2 }]) {
        for (const isBlurred of [false, true]) {
          await serial.fill('SN-0041');
          await page.evaluate(`document.querySelector('#serial-1').${call}`);
          if (isBlurred) await page.evaluate(`document.querySelector('#serial-1').blur()`);
          await serial.click(click);
          await page.keyboard.type('SN-0042');
          assert.equal(await serial.inputValue(), 'SN-0042', `${call} ${isBlurred} ${JSON.stringify(click)}`);
        }
      }
    }
    await serial.fill('');
  });

  it('shows the progress of the test', async () => {
    await editor.begin('x', ['warm_up', 'measure_rails', 'inspect', 'calibrate', 'report']);
    const now = Date.now();
    const at = (key: string, name: string, attempt = 0) => ({ key, name, attempt, time: now });
    await editor.tell(
      event({ event: 'phase_started', ...at('0', 'warm_up'), serial_number: 'SN-0042' }),
      event({
        event: 'phase_complete',
        ...at('0', 'warm_up', 2),
        outcome: 'PASS',
        start_time_millis: now - 3200,
        end_time_millis: now - 800,
        measurements: [],
        failure: null,
      }),
      event({ event: 'phase_started', ...at('1', 'measure_rails') }),
      event({
        event: 'measurement_update',
        ...at('1', 'measure_rails'),
        measurement: measurement('rail_3v3', 3.312, 'PASS', ['3.2 <= x <= 3.4']),
      }),
      event({
        event: 'measurement_update',
        ...at('1', 'measure_rails'),
        measurement: measurement('rail_5v', 5.62, 'FAIL', ['4.8 <= x <= 5.2']),
      }),
      event({ event: 'phase_log', level: 'WARNING', message: 'The rail is warm', place: null, time: now }),
    );
    await page.getByText('rail_5v').waitFor();
    await page.getByText('4.8 ≤ x ≤ 5.2').waitFor();
    await page.getByText('attempt 3').waitFor();
    await looked('running');
  });

  it('shows the prompt of the test as plain text and loads no image from another server', async () => {
    await editor.tell(
      event({
        ...asked('p1', 'Scan the <b>label</b> of the board.\n<img src=x onerror="document.title=1"><script>1</script>'),
        image_url: 'http://example.invalid/board.png',
        timeout_s: 60,
        time: Date.now() - 50_000,
      }),
    );
    await page.getByText('Scan the <b>label</b> of the board.', { exact: false }).first().waitFor();
    await page.getByText('Image not loaded: http://example.invalid/board.png').waitFor();
    assert.equal(await page.title(), 'Operator UI');
    assert.equal(await page.locator('prompt-form img, prompt-form script, prompt-form b').count(), 0);
    const field = page.getByLabel('Answer');
    await field.waitFor();
    await eventually(async () => assert.equal(await page.evaluate(focused), 'answer'));
    await looked('prompt');
    await page.keyboard.type('LB-1');
    await page.reload();
    await page.getByLabel('Answer').waitFor();
    await eventually(async () =>
      assert.equal(await page.getByLabel('Answer').inputValue(), 'LB-1', 'the draft outlives a reload'),
    );
  });

  it('shows who answered a prompt first', async () => {
    const requests = await editor.requests(bench.server.url, station.key);
    await bench.user.call(operator.answer, { params: { id: station.id }, body: { prompt_id: 'p1', text: 'other' } });
    await page.getByText(/Answered by .+\. The test is receiving the answer\./).waitFor();
    await eventually(async () => assert.equal(await page.getByLabel('Answer').isEnabled(), false));
    await requests.until(({ event: kind }) => kind === 'answer');
    await editor.tell(event({ event: 'ui_resolved', request_id: 'p1' }));
    await page.getByLabel('Answer').waitFor({ state: 'detached' });
    const picture =
      'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    await editor.tell(event({ ...asked('p2', 'Close the lid.'), text_input: false, image_url: picture }));
    await page.getByRole('img', { name: 'Image of the question' }).waitFor();
    await looked('confirm');
    await page.getByRole('button', { name: 'Confirm' }).click();
    const answer = await requests.until((each) => each.event === 'answer' && each.data.prompt_id === 'p2');
    assert.deepEqual(answer.data, { execution_id: 'x', prompt_id: 'p2', text: '' });
    await editor.tell(event({ event: 'ui_resolved', request_id: 'p2' }));
  });

  it('stops the test after a confirmation', async () => {
    const requests = await editor.requests(bench.server.url, station.key);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('dialog', { name: 'Stop the test?' }).waitFor();
    await looked('stop');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: 'Stop Test' }).click();
    await requests.until(({ event: kind }) => kind === 'stop');
    await page.getByRole('button', { name: 'Stopping…' }).waitFor();
  });

  it('reports a lost connection and reconnects automatically', async () => {
    const { port } = new URL(bench.server.url);
    await bench.restart(async (server) => {
      await server.kill();
      await page.getByText('connection lost, trying again…').waitFor();
      await looked('lost');
    });
    assert.equal(new URL(bench.server.url).port, port);
    editor = new EditorAtWork(new TestClient(bench.server.url, station.key), station.id);
    await page.getByText('live', { exact: true }).waitFor();
  });

  it('shows the verdict across the page and what failed', async () => {
    for (const [outcome, unit] of [
      ['FAIL', 'SN-0042'],
      ['PASS', 'SN-0043'],
      ['ABORTED', 'SN-0044'],
      ['ERROR', 'SN-0045'],
    ] as const) {
      const now = Date.now();
      await editor.begin(unit, ['warm_up', 'measure_rails']);
      const of = { execution_id: unit, time: now };
      await editor.tell(
        event({ event: 'phase_started', key: '1', name: 'measure_rails', attempt: 0, ...of, serial_number: unit }),
        event({
          event: 'phase_complete',
          key: '1',
          name: 'measure_rails',
          attempt: 0,
          ...of,
          outcome: outcome === 'PASS' ? 'PASS' : outcome === 'FAIL' ? 'FAIL' : 'ERROR',
          start_time_millis: now - 4000,
          end_time_millis: now,
          measurements: [
            measurement('rail_3v3', 3.312, 'PASS', ['3.2 <= x <= 3.4']),
            ...(outcome === 'FAIL' ? [measurement('rail_5v', 5.62, 'FAIL', ['4.8 <= x <= 5.2'])] : []),
          ],
          failure: null,
        }),
        event({
          event: 'run_complete',
          ...of,
          outcome,
          serial_number: unit,
          start_time_millis: now - 8000,
          end_time_millis: now,
          outcome_details: outcome === 'ABORTED' ? ['Test aborted by operator.'] : [],
          phases_run: 2,
        }),
      );
      await page.getByLabel('Verdict').getByText(outcome, { exact: true }).waitFor();
      await page.getByLabel('Verdict').getByText(unit).waitFor();
      if (outcome === 'FAIL') await page.getByRole('heading', { name: 'What failed' }).waitFor();
      await looked(outcome.toLowerCase());
    }
  });

  it('keeps right-to-left names from reordering the text beside them', async () => {
    const now = Date.now();
    const of = { execution_id: 'turning', time: now };
    const phase = { ...of, key: '0', name: turning, attempt: 1 };
    const measured = (name: string, value: string, units: string) =>
      event({
        event: 'measurement_update',
        ...phase,
        measurement: { ...measurement(name, value, 'FAIL', [turning]), units },
      });
    // Hebrew is written from right to left by itself, and would take a number beside it along.
    const hebrew = '\u05d0\u05d1';
    await editor.begin('turning', [turning, turning]);
    await editor.tell(
      event({ event: 'phase_started', ...phase, serial_number: turning }),
      measured(turning, turning, 'V'),
      measured(hebrew, hebrew, '5 V'),
      event({ event: 'phase_log', ...of, level: 'WARNING', message: turning, place: null }),
      event({ ...asked('p3', turning), ...of }),
    );
    await page.getByLabel('Answer').waitFor();
    await nothingIsTurned(page, inItsOrder, 8);
    await nothingIsTurned(page, hebrew, 2);
  });

  it('sends requests only to its own server', () => {
    const elsewhere = requested.filter((url) => !url.startsWith(bench.server.url) && !url.startsWith('data:'));
    assert.deepEqual(elsewhere, []);
    assert.ok(
      requested.every((url) => !url.includes(station.key) && !url.includes('tsl_')),
      'no key in an address',
    );
    assert.ok(adminKey);
  });
});
