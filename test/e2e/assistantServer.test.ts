import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { serverTools } from '../../src/shared/assistant/serverTools.ts';
import { useAssistant } from './support/assistant.ts';
import { Bench, createStation } from './support/bench.ts';
import { eventually } from './support/until.ts';

describe('the station server among the MCP servers of VS Code', function () {
  const bench = new Bench();
  const { workbench, assistant } = useAssistant(bench);

  before(async () => {
    bench.script('openhtf_fvt1.py');
    const window = workbench();
    await window.open(bench.workspace);
    await createStation(window, 'Bench 1');
    await window.notification('is ready').close();
  });

  const mcpTools = async () => (await assistant.tools()).filter(({ name }) => name.startsWith('mcp_'));

  it('is listed, starts after the user has allowed it, and gives assistants its tools', async () => {
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

  it('answers what an assistant calls', async () => {
    const tool = (await mcpTools()).find(({ name }) => name.endsWith('list_stations'));
    assert.ok(tool);
    assert.match(JSON.stringify(await assistant.invoke(tool.name)), /Bench 1/);
  });
});
