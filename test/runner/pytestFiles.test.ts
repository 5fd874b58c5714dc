import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { it } from 'mocha';
import { scanScript } from '../../src/shared/script/scriptScan.ts';
import { runner } from './support/host.ts';
import { withNewestPython } from './support/script.ts';

const test = 'def test_supply():\n    assert True\n';
const guard = 'if __name__ == "__main__":\n    test_supply()\n';

/** Each file with the names of its tests. */
const files: readonly [name: string, source: string, tests: string[]][] = [
  ['test_board.py', test, ['test_supply']],
  ['board_test.py', test, ['test_supply']],
  ['board_test.py', test + guard, []],
  ['board.py', test, []],
  ['board.py', `import pytest\n${test}`, ['test_supply']],
  ['board.py', `import os, pytest\n${test}${guard}`, ['test_supply']],
  ['board.py', `from pytest import fixture\n${test}`, ['test_supply']],
  ['test_board.py', `import openhtf as htf\n${test}`, []],
  ['test_board.py', `def later():\n    import tofupilot\n${test}`, []],
  ['test_board.py', `${test}def phase_one():\n    pass\n`, []],
  ['test_board.py', `async ${test}`, ['test_supply']],
  ['test_board.py', '@decorated\ndef test_supply():\n    pass\n', ['test_supply']],
  ['test_board.py', 'class TestRadio:\n    def test_power(self):\n        pass\n', ['TestRadio::test_power']],
  ['test_board.py', 'class Radio:\n    def test_power(self):\n        pass\n', []],
  ['test_board.py', 'def helper():\n    def test_inner():\n        pass\n', []],
  ['test_board.py', 'def helper():\n    pass\n', []],
  ['testing.py', test, []],
];

withNewestPython('A file of pytest', (python) => {
  it('is recognized by the editor and by the runner in the same way', () => {
    const code = `
import ast, json, sys
sys.path.insert(0, sys.argv[1])
from test_stations_runner.pytest_file import is_pytest_file
print(json.dumps([is_pytest_file("/folder/" + name, ast.parse(source)) for name, source, _ in json.load(sys.stdin)]))
`;
    const answers: unknown = JSON.parse(
      execFileSync(python, ['-c', code, runner], { input: JSON.stringify(files), encoding: 'utf8' }),
    );
    for (const [name, source, tests] of files) {
      const { isRunnable, phases } = scanScript(source, name);
      assert.deepEqual(
        isRunnable ? phases.map((phase) => phase.name).filter((found) => !found.startsWith('phase_')) : [],
        tests,
        `${name}\n${source}`,
      );
    }
    assert.deepEqual(
      answers,
      files.map(([, , tests]) => tests.length > 0),
    );
  });
});
