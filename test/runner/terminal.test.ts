import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { it } from 'mocha';
import { script, scriptFolder, withNewestPython } from './support/script.ts';

const startup = join(import.meta.dirname, '../../src/runner/startup');

withNewestPython('A Python in a station terminal', (python) => {
  const run = async (file: string, env: Record<string, string>, ...path: string[]): Promise<string> => {
    const PYTHONPATH = [startup, ...path].join(delimiter);
    const own = { PATH: process.env['PATH'], PYTHONDONTWRITEBYTECODE: '1', DISABLE_TELEMETRY: 'true' };
    const { stdout, stderr } = await promisify(execFile)(python, [file], { env: { ...own, PYTHONPATH, ...env } });
    assert.equal(stderr, '');
    return stdout.trim();
  };
  const client = 'from tofupilot.v2 import TofuPilot, sdkconfiguration\nprint(sdkconfiguration.SERVERS[0])\n';

  it('the v2 client in a station terminal pushes to the station’s server', async () => {
    const file = await script(client);
    assert.equal(await run(file, { TOFUPILOT_URL: 'http://127.0.0.1:1/' }), 'http://127.0.0.1:1/api');
    assert.equal(await run(file, { TOFUPILOT_URL: 'http://127.0.0.1:1/api' }), 'http://127.0.0.1:1/api');
    assert.match(await run(file, {}), /^https:\/\/www\.tofupilot\.app/);
  });

  it('Python in a station terminal imports no client by itself', async () => {
    const file = await script('import sys\nprint("tofupilot" in sys.modules)\n');
    assert.equal(await run(file, {}), 'False');
  });

  it('Python in a station terminal loads the user’s own sitecustomize', async () => {
    const folder = await scriptFolder({ 'sitecustomize.py': 'ANSWER = 42\n', 'main.py': 'import sitecustomize\nprint(sitecustomize.ANSWER)\n' }); // prettier-ignore
    assert.equal(await run(join(folder, 'main.py'), {}, folder), '42');
  });

  it('an error in the user’s own sitecustomize is printed in a station terminal', async () => {
    const folder = await scriptFolder({ 'sitecustomize.py': '1 / 0\n', 'main.py': 'print("ran")\n' });
    const file = join(folder, 'main.py');
    const env = { PATH: process.env['PATH'] ?? '', PYTHONPATH: [startup, dirname(file)].join(delimiter) };
    const { stdout, stderr } = await promisify(execFile)(python, ['-B', file], { env });
    assert.equal(stdout.trim(), 'ran');
    assert.match(stderr, /ZeroDivisionError/);
  });
});
