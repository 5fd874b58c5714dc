const assert = require('node:assert/strict');
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const vscode = require('vscode');

/** VS Code calls this in its extension host, where the packaged extension is installed. @throws when something is wrong */
async function run() {
  const extension = vscode.extensions.getExtension('test-stations.test-stations');
  assert.ok(extension, 'the extension is not installed');
  await extension.activate();

  const there = new Set(await vscode.commands.getCommands());
  const named = extension.packageJSON.contributes.commands.map(({ command }) => command);
  assert.deepEqual(named.filter((command) => !there.has(command)), [], 'commands that are not registered'); // prettier-ignore

  await vscode.commands.executeCommand('testStations.refreshStations');
  const address = join(vscode.workspace.getConfiguration('testStations').get('dataFolder'), 'server.json');
  await until('the station server', () => existsSync(address));
  const { url } = JSON.parse(readFileSync(address, 'utf8'));
  assert.equal((await fetch(`${url}/api/local/health`)).status, 200);

  const [folder] = vscode.workspace.workspaceFolders;
  await vscode.commands.executeCommand('testStations.dryRunProcedure', vscode.Uri.joinPath(folder.uri, 'board.py'));
  await until('the script', () => existsSync(join(folder.uri.fsPath, 'waiting')));
}

async function until(what, isThere) {
  for (const end = Date.now() + 60_000; !isThere(); await delay(100))
    assert.ok(Date.now() < end, `60 s were not enough for ${what}`);
}

module.exports = { run };
