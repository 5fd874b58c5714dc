import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { it } from 'mocha';
import { Host } from './support/host.ts';
import { script, scriptFolder, withNewestPython } from './support/script.ts';

withNewestPython('Errors', (python) => {
  /** What Python itself prints for the script. */
  const plain = (file: string): string => spawnSync(python, [file], { cwd: path.dirname(file) }).stderr.toString();

  it('reports the place of a syntax error in the script', async () => {
    const file = await script('import os\n\ndef broken(:\n    pass\n');
    const host = await Host.run(python, file);
    const { reason, failure } = host.one('run_crashed');
    assert.equal(reason, 'load_error');
    assert.equal(failure.type, 'SyntaxError');
    assert.deepEqual(failure.place, { file, line: 3 });
    assert.equal(failure.missing_module, null);
    assert.equal(host.stderr, plain(file));
    assert.equal(await host.ended, 1);
    assert.equal(host.one('script_ended').exit_code, 1);
  });

  it('reports a script that does not exist or is not text', async () => {
    const missing = await Host.run(python, path.join(path.dirname(await script('')), 'absent.py'));
    assert.equal(missing.one('run_crashed').failure.type, 'FileNotFoundError');
    assert.match(missing.stderr, /can't open file '.*absent\.py'/);
    assert.equal(await missing.ended, 2);
    const nul = await Host.run(python, await script('x = "\0"\n'));
    assert.equal(nul.one('run_crashed').reason, 'load_error');
    assert.equal(await nul.ended, 1);
  });

  it("reports an exception at the innermost line of the user's own files", async () => {
    const folder = await scriptFolder({
      'main.py': `
import json
import helper

def main():
    helper.parse(json.loads)

main()
`,
      'helper.py':
        'def parse(loads):\n    try:\n        loads("{")\n    except ValueError as error:\n        raise RuntimeError("bad file") from error\n',
    });
    const file = path.join(folder, 'main.py');
    const host = await Host.run(python, file);
    const { reason, failure } = host.one('run_crashed');
    assert.equal(reason, 'execution_error');
    assert.equal(failure.type, 'RuntimeError');
    assert.equal(failure.message, 'bad file');
    assert.deepEqual(failure.place, { file: path.join(folder, 'helper.py'), line: 5 });
    assert.equal(host.stderr, plain(file));
    assert.equal(failure.traceback, host.stderr);
    assert.equal(await host.ended, 1);
  });

  it('reports the name of a missing module and the faulty line of an imported one', async () => {
    const folder = await scriptFolder({
      'main.py': 'import not_installed_at_all.part\n',
      'imports.py': 'import broken\n',
      'broken.py': 'x = 1\ny = = 2\n',
    });
    const missing = await Host.run(python, path.join(folder, 'main.py'));
    const { failure } = missing.one('run_crashed');
    assert.equal(failure.missing_module, 'not_installed_at_all');
    assert.deepEqual(failure.place, { file: path.join(folder, 'main.py'), line: 1 });
    const broken = await Host.run(python, path.join(folder, 'imports.py'));
    assert.equal(broken.one('run_crashed').reason, 'execution_error');
    assert.deepEqual(broken.one('run_crashed').failure.place, { file: path.join(folder, 'broken.py'), line: 2 });
  });

  it('passes on the exit code of sys.exit', async () => {
    const codes = [
      ['sys.exit()', 0, ''],
      ['sys.exit(5)', 5, ''],
      ['sys.exit(-1)', 255, ''],
      ['sys.exit("no fixture")', 1, 'no fixture\n'],
    ] as const;
    const hosts = await Promise.all(
      codes.map(async ([line]) => Host.run(python, await script(`import sys\n${line}\n`))),
    );
    for (const [index, [line, code, stderr]] of codes.entries()) {
      const host = hosts[index];
      assert.equal(await host?.ended, code, line);
      assert.equal(host?.one('script_ended').exit_code, code);
      assert.equal(host.stderr, stderr);
      assert.deepEqual(host.all('run_crashed'), []);
    }
  });

  it('calls the excepthook and the exit functions of the script', async () => {
    const file = await script(`
import atexit, sys
atexit.register(print, "at exit")
sys.excepthook = lambda kind, error, trace: print("caught", error, trace.tb_frame.f_code.co_name)
1 / 0
`);
    const host = await Host.run(python, file);
    assert.equal(host.stdout.toString(), 'caught division by zero <module>\nat exit\n');
    assert.equal(host.one('run_crashed').failure.type, 'ZeroDivisionError');
    assert.equal(await host.ended, 1);
  });
});
