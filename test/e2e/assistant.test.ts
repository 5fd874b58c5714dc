import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import * as z from 'zod';
import { editorTools } from '../../src/shared/assistant/editorTools.ts';
import { serverTools } from '../../src/shared/assistant/serverTools.ts';
import { itSlow } from '../support/slow.ts';
import { useAssistant } from './support/assistant.ts';
import { Bench, createStation } from './support/bench.ts';
import { Editor } from './support/editor.ts';
import { eventually, until } from './support/until.ts';

const check = 'teststations_check_script';
const run = 'teststations_run_script';
const runAnswer = z.object({
  status: z.string(),
  remaining_runs: z.number(),
  result: z.object({
    error: z.string().nullable(),
    tests: z.array(z.object({ run_id: z.string().nullable(), outcome: z.string(), serial_number: z.string() })),
  }),
});
/** A dialog that is answered faster was answered by accident, and is shown again. */
const readingMs = 500;
const hostileName = '[ok](command:x) $(bug) **b**';

describe('an assistant in the window', function () {
  const bench = new Bench();
  const { workbench, assistant } = useAssistant(bench);
  const script = join(bench.workspace, 'openhtf_fvt1.py');

  before(async () => {
    bench.script('openhtf_fvt1.py');
    const window = workbench();
    await window.open(bench.workspace);
    for (const name of [hostileName, 'Bench 1']) {
      await createStation(window, name);
      await window.notification('is ready').close();
    }
    const procedure = await bench.procedure('FVT1');
    for (const name of [hostileName, 'Bench 1']) await bench.link(name, procedure);
  });

  /** Calls the run tool; the call is refused with a sentence, or ends. */
  const request = (input: object): Promise<z.infer<typeof runAnswer> | string> =>
    assistant.invoke(run, { script, station: 'Bench 1', ...input }).then(
      (answer) => runAnswer.parse(answer),
      (error: unknown) => String(error),
    );
  const refused = async (asking: ReturnType<typeof request>, why: RegExp): Promise<void> => {
    const given = await asking;
    assert.match(typeof given === 'string' ? given : JSON.stringify(given), why);
  };
  const dialog = (text: string | RegExp) => workbench().page.locator('.monaco-dialog-box', { hasText: text });
  /** Says yes to VS Code's own question, if it comes, and waits for the dialog of Test Stations. @returns its text */
  const asked = async (): Promise<string> => {
    await dialog(/Let the assistant ask|An assistant wants to/).waitFor();
    if (await dialog('Let the assistant ask').isVisible()) await workbench().dialog.click('Yes');
    await dialog('An assistant wants to').waitFor();
    return workbench().dialog.text();
  };
  const answer = async (button: string): Promise<void> => {
    const seenAt = performance.now();
    await until(() => performance.now() - seenAt > readingMs, { what: 'the time to read the dialog' });
    await workbench().dialog.click(button);
  };
  const allowRuns = async (runs: number): Promise<void> => {
    await asked();
    await answer('Allow 5 Runs on Bench 1…');
    await workbench().quickInput.row(`${runs} runs`).click();
  };
  const runCount = async (): Promise<number> => (await bench.runs()).length;

  it('is offered the tools, checks a script, and runs none while that is off', async () => {
    const listed = await assistant.tools();
    for (const { name, description } of editorTools) {
      const tool = listed.find((each) => each.name === name);
      assert.equal(tool?.description, description);
      assert.deepEqual(tool.tags, ['test-stations']);
    }
    const checked = await assistant.invoke(check, { script });
    assert.partialDeepStrictEqual(checked, { is_runnable: true, phases: [{ name: 'phase_one', line: 7 }] });
    await refused(request({}), /Assistants may not run scripts in this window/);
    for (const outside of [
      '/etc/passwd',
      join(bench.folder, 'data', 'x.py'),
      join(bench.workspace, '..', 'x.py'),
      'fvt1.py',
    ])
      await assert.rejects(assistant.invoke(check, { script: outside }), /script: /);
    await assert.rejects(assistant.invoke(check, { script, command: 'rm' }), /The input is not valid/);
    assert.equal(await runCount(), 0);
  });

  it('runs a script after the person has agreed, and the run is marked', async () => {
    const window = workbench();
    await assistant.changeSetting('testStations.assistant.runs', 'ask');
    const declined = request({ serial_number: 'SN-NO' });
    const text = await asked();
    for (const part of ['Bench 1', 'Procedure: FVT1', `Script: ${script}`, 'Serial number: SN-NO', 'hardware']) {
      assert.ok(text.includes(part), `${part}: ${text}`);
    }
    await window.screenshots('assistant-consent');
    await window.picture('assistant-consent', dialog('An assistant wants to'));
    await answer('Cancel');
    await refused(declined, /The person declined this run/);
    assert.equal(await runCount(), 0);

    const allowed = request({ serial_number: 'SN-YES' });
    await asked();
    await answer('Run Once');
    const ended = runAnswer.parse(await allowed);
    const [test] = ended.result.tests;
    assert.partialDeepStrictEqual(test, { outcome: 'PASS', serial_number: 'SN-YES' });
    const stored = await bench.run(test?.run_id ?? '');
    assert.deepEqual([stored.outcome, stored.metadata], ['PASS', { started_by: 'assistant' }]);
    await window.notification(/SN-YES: PASS/).click('Open Run');
    const facts = window.webview().locator('.facts');
    await facts.getByText('an assistant', { exact: true }).waitFor();
    const rows = (await window.testResultRows()).join('\n');
    assert.match(rows, /started by an assistant/);
  });

  itSlow('runs again without a question after the person has allowed several runs, until they end that', async () => {
    const window = workbench();
    const granting = request({ serial_number: 'SN-G1' });
    await allowRuns(3);
    assert.partialDeepStrictEqual(await granting, { remaining_runs: 2 });
    assert.partialDeepStrictEqual(await request({ serial_number: 'SN-G2' }), { remaining_runs: 1 });
    const left = window.statusBarItem(/Assistant runs left/);
    await left.click();
    await window.notification(/^\s*Assistants must ask again/).close();
    await left.waitFor({ state: 'detached' });
  });

  itSlow('runs no more than the person has allowed, whatever it tries', async () => {
    const window = workbench();
    const left = window.statusBarItem(/Assistant runs left/);
    const before = await runCount();
    const first = request({ serial_number: 'SN-1' });
    await allowRuns(3);
    assert.partialDeepStrictEqual(await first, { remaining_runs: 2 });
    await window.statusBarItem('Assistant runs left: 2').waitFor();
    await window.screenshots('assistant-status');
    // Two at once: one runs, the other is refused without a question.
    const both = await Promise.all([request({ serial_number: 'SN-2' }), request({ serial_number: 'SN-3' })]);
    assert.equal(both.filter((each) => typeof each === 'string' && each.includes('One at a time')).length, 1);
    assert.partialDeepStrictEqual(await request({ serial_number: 'SN-4' }), { remaining_runs: 0 });
    await left.waitFor({ state: 'detached' });
    assert.equal(await runCount(), before + 3);

    // Beyond the number; then a grant, and another station, whose name is shown as text; then a changed script.
    const beyond = request({});
    await asked();
    await answer('Run Once');
    await beyond;
    const granting = request({});
    await allowRuns(5);
    await granting;
    const elsewhere = request({ station: hostileName });
    const named = await asked();
    assert.ok(named.includes('command:x') && named.includes('**b**'), named);
    assert.equal(
      await dialog('An assistant wants to')
        .locator('.dialog-message-container')
        .locator('a, strong, .codicon-bug')
        .count(),
      0,
    );
    await answer('Cancel');
    await refused(elsewhere, /declined/);
    bench.write('helper.py', 'print("another module")');
    const changed = request({});
    await asked();
    bench.write('helper.py', 'print("changed while the person reads")');
    await answer('Run Once');
    await refused(changed, /changed after the person was asked/);
    assert.equal(await left.count(), 0);

    // An ERROR ends what was allowed, and so does a click.
    bench.write(
      'broken.py',
      bench.read('openhtf_fvt1.py').replace('return htf.PhaseResult.CONTINUE', 'raise OSError("gone")'),
    );
    const broken = request({ script: join(bench.workspace, 'broken.py') });
    await allowRuns(5);
    assert.partialDeepStrictEqual(await broken, { remaining_runs: 0, result: { tests: [{ outcome: 'ERROR' }] } });
    const last = request({});
    await allowRuns(5);
    await last;
    await left.click();
    await window.notification(/^\s*Assistants must ask again/).locator.waitFor();
    await left.waitFor({ state: 'detached' });
    const end = await runCount();
    await assistant.changeSetting('testStations.assistant.runs', 'never');
    await refused(request({}), /Assistants may not run scripts/);
    assert.equal(await runCount(), end);
  });

  it('is listed with what it called, with the result and the consent', async () => {
    const window = workbench();
    await assistant.changeSetting('testStations.assistant.runs', 'never');
    await refused(request({}), /Assistants may not run scripts/);
    await window.command('Test Stations: Show Assistant Activity');
    const editor = new Editor(window.page);
    await editor.text('Calls of assistants, the newest first').waitFor();
    await editor.text('Run Test Script · VS Code · refused').waitFor();
    await editor.text('Run Test Script · VS Code · allowed by the user').waitFor();
    await window.screenshots('assistant-activity');
  });

  it('is connected from another program with a configuration that the user copies, without a key', async () => {
    const window = workbench();
    await window.command('Test Stations: Copy Configuration for Other Assistants…');
    const text = await window.copied(() => window.quickInput.pick('VS Code'));
    const copied = window.notification(/^The configuration for VS Code was copied, without a key\./);
    assert.match(await copied.text(), /VS Code asks for a user key when the server starts\.$/);
    await copied.close();
    assert.ok(text.includes(`"url": "${bench.address().url}/mcp"`), text);
    assert.doesNotMatch(text, /ts[su]_/);
  });

  const mcpTools = async () => (await assistant.tools()).filter(({ name }) => name.startsWith('mcp_'));

  it('gets the tools of the station server, which starts after the user has allowed it', async () => {
    const window = workbench();
    await window.command('MCP: List Servers');
    await window.quickInput.row('Test Stations').waitFor();
    await window.quickInput.pick('Test Stations');
    await window.quickInput.pick('Start Server');
    await window.notification('An assistant wants to use the station server').click('Allow in This Workspace');
    await eventually(async () => {
      const names = (await mcpTools()).map(({ name }) => name);
      for (const { name } of serverTools)
        assert.ok(
          names.some((each) => each.endsWith(name)),
          name,
        );
      assert.equal(names.length, serverTools.length);
    });
    await window.command('MCP: List Servers');
    const row = window.quickInput.row('Test Stations');
    await eventually(async () => assert.match(await row.innerText(), /Running/));
    await window.picture('assistant-server', window.page.locator('.quick-input-widget'));
    await window.quickInput.cancel();
  });

  it('gets answers of the station server', async () => {
    const tool = (await mcpTools()).find(({ name }) => name.endsWith('list_stations'));
    assert.ok(tool);
    assert.match(JSON.stringify(await assistant.invoke(tool.name)), /Bench 1/);
  });
});
