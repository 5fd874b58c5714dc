import assert from 'node:assert/strict';
import path from 'node:path';
import { it } from 'mocha';
import { type PhaseChoice, runnerEnvironment } from '../../src/shared/contract/runner.ts';
import { randomNumbers } from '../server/random.ts';
import { Host, type Options } from './support/host.ts';
import { scriptFolder, withNewestPython } from './support/script.ts';

const seed = Number(process.env['PYTEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

const names = 'PROCEDURE_ID, SERIAL_NUMBER, PART_NUMBER = "FVT1", "SN1", "P1"\n';

const phases = (host: Host): unknown[] => host.all('phase_complete').map(({ name, outcome }) => [name, outcome]);

withNewestPython('pytest', (python) => {
  const run = async (source: string, options: Options = {}): Promise<Host> => {
    const folder = await scriptFolder({ 'test_board.py': source });
    return Host.run(python, path.join(folder, 'test_board.py'), options);
  };

  it('runs each test as a phase with its measurements, and the run has the worst outcome', async () => {
    const host = await run(`${names}
import pytest

@pytest.fixture
def supply():
    return 3.31

def test_voltage(supply, measure):
    """Reads the rail."""
    assert measure("supply", supply, lower=3.2, upper=3.4, units="V")

@pytest.mark.parametrize("led", ["red", "green"])
def test_led(led):
    assert led == "red"

class TestRadio:
    def test_power(self, measure):
        measure("power", 9, upper=5)

@pytest.mark.skip
def test_later():
    pass
`);
    assert.deepEqual(phases(host), [
      ['test_voltage', 'PASS'],
      ['test_led[red]', 'PASS'],
      ['test_led[green]', 'FAIL'],
      ['TestRadio::test_power', 'FAIL'],
      ['test_later', 'SKIP'],
    ]);
    const [voltage, , led] = host.all('phase_complete');
    assert.deepEqual(voltage?.measurements, [
      {
        name: 'supply',
        outcome: 'PASS',
        measured_value: 3.31,
        units: 'V',
        validators: ['3.2 <= x <= 3.4'],
        docstring: null,
      },
    ]);
    assert.match(led?.failure?.message ?? '', /assert 'green' == 'red'/);
    assert.match(led?.failure?.traceback ?? '', /test_board\.py/);
    assert.doesNotMatch(led?.failure?.traceback ?? '', /_pytest|pluggy/);
    assert.equal(host.all('measurement_update').length, 2);
    const { outcome, serial_number } = host.one('run_complete');
    assert.deepEqual([outcome, serial_number], ['FAIL', 'SN1']);
    assert.equal(host.one('run_started').phases[0]?.docstring, 'Reads the rail.');
    assert.equal(await host.ended, 1);
  });

  it('gives the outcome of random sessions as a plain count of their tests does', async () => {
    const random = randomNumbers(seed);
    const kinds = {
      passes: ['PASS', 'def test_{n}():\n    pass\n'],
      fails: ['FAIL', 'def test_{n}():\n    assert 1 == 2\n'],
      'fails by a call': ['FAIL', 'def test_{n}():\n    pytest.fail("no")\n'],
      raises: ['ERROR', 'def test_{n}():\n    raise OSError("no answer")\n'],
      'fails in setup': ['ERROR', 'def test_{n}(broken):\n    pass\n'],
      'fails in teardown': ['ERROR', 'def test_{n}(breaking):\n    pass\n'],
      'asserts in setup': ['ERROR', 'def test_{n}(asserting):\n    pass\n'],
      skips: ['SKIP', 'def test_{n}():\n    pytest.skip("later")\n'],
      'is expected to fail': ['SKIP', '@pytest.mark.xfail\ndef test_{n}():\n    assert False\n'],
      'is out of limits in a fixture': ['FAIL', 'def test_{n}(measuring):\n    pass\n'],
      'passes unexpectedly': ['FAIL', '@pytest.mark.xfail(strict=True)\ndef test_{n}():\n    pass\n'],
      'is out of limits': ['FAIL', 'def test_{n}(measure):\n    measure("v", 2, upper=1)\n'],
      'is within limits': ['PASS', 'def test_{n}(measure):\n    assert measure("v", 1, upper=1)\n'],
    } as const;
    const fixtures = `${names}
import pytest
@pytest.fixture
def broken():
    raise OSError("no instrument")
@pytest.fixture
def asserting():
    assert False
@pytest.fixture
def measuring(measure):
    measure("v", 2, upper=1)
@pytest.fixture
def breaking():
    yield
    raise OSError("no answer at the end")
`;
    const all = Object.values(kinds);
    for (let round = 0; round < 6; round += 1) {
      const chosen = Array.from({ length: 1 + Math.floor(random() * 7) }, () => {
        const kind = random() < 0.5 ? kinds.passes : all[Math.floor(random() * all.length)];
        assert.ok(kind);
        return kind;
      });
      const host = await run(fixtures + chosen.map(([, source], n) => source.replace('{n}', String(n))).join('\n'));
      const what = `PYTEST_SEED=${seed}\n${host.diagnostics()}`;
      const outcomes = chosen.map(([outcome]) => outcome);
      assert.deepEqual(
        phases(host),
        outcomes.map((outcome, n) => [`test_${n}`, outcome]),
        what,
      );
      const expected = outcomes.includes('ERROR')
        ? 'ERROR'
        : outcomes.includes('FAIL')
          ? 'FAIL'
          : outcomes.includes('PASS')
            ? 'PASS'
            : 'ERROR';
      assert.equal(host.one('run_complete').outcome, expected, what);
    }
  });

  it('runs beside TofuPilot’s own plug-in, which clients until 2.11 have, as without it', async () => {
    const folder = await scriptFolder({
      'conftest.py': `import importlib.util
if importlib.util.find_spec("tofupilot.pytest") is not None:
    pytest_plugins = ["tofupilot.pytest.plugin"]
`,
      'test_board.py': `${names}
def test_supply(measure):
    assert measure("supply", 3.31, lower=3.2, upper=3.4, units="V")
def test_led():
    assert "red" == "green"
`,
    });
    const host = await Host.run(python, path.join(folder, 'test_board.py'));
    assert.deepEqual(
      host.all('phase_complete').map(({ name, outcome, measurements }) => [name, outcome, measurements.length]),
      [
        ['test_supply', 'PASS', 1],
        ['test_led', 'FAIL', 0],
      ],
    );
    assert.deepEqual([host.one('run_complete').outcome, host.all('run_crashed').length], ['FAIL', 0]);
  });

  it('believes the worst that pytest says: of a subtest, a hook of conftest.py, and the session', async () => {
    const folder = await scriptFolder({
      'conftest.py': `import pytest
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    result = yield
    if item.name == "test_changed" and call.when == "call":
        result.get_result().outcome = "failed"
`,
      'test_changed.py': `${names}import pytest\ndef test_changed():\n    pass\n`,
      'test_subtest.py': `${names}import pytest, unittest
class TestBoard(unittest.TestCase):
    def test_leds(self):
        for led in ("red", "green"):
            with self.subTest(led):
                assert led == "green"
`,
      'test_session.py': `${names}import pytest
@pytest.fixture(scope="session", autouse=True)
def count(request):
    yield
    request.session.testsfailed += 1
def test_a():
    pass
`,
    });
    for (const [file, outcome] of [
      ['test_changed.py', 'FAIL'],
      ['test_subtest.py', 'FAIL'],
      ['test_session.py', 'ERROR'],
    ] as const) {
      const host = await Host.run(python, path.join(folder, file));
      assert.equal(host.one('run_complete').outcome, outcome, `${file} ${host.diagnostics()}`);
    }
  });

  it('keeps each attempt at a test that a plug-in repeats, and passes if the last one does', async () => {
    const folder = await scriptFolder({
      'conftest.py': `from _pytest.runner import runtestprotocol
def pytest_runtest_protocol(item, nextitem):
    runtestprotocol(item, nextitem=nextitem, log=False)
    item._initrequest()
    for report in runtestprotocol(item, nextitem=nextitem, log=False):
        item.ihook.pytest_runtest_logreport(report=report)
    return True
`,
      'test_board.py': `${names}import pytest
values = [9, 3]
def test_supply(measure):
    assert measure("supply", values.pop(0), upper=5)
`,
    });
    const host = await Host.run(python, path.join(folder, 'test_board.py'));
    assert.deepEqual(
      host
        .all('phase_complete')
        .map(({ attempt, outcome, measurements }) => [attempt, outcome, measurements[0]?.measured_value]),
      [
        [0, 'FAIL', 9],
        [1, 'PASS', 3],
      ],
      host.diagnostics(),
    );
    assert.equal(host.one('run_complete').outcome, 'PASS');
  });

  it('lets a test fail whose measurement was refused or is outside of its limits, also for -x', async () => {
    const host = await run(
      `${names}import pytest
def test_a(measure):
    measure("supply", 9, upper=5)
def test_b():
    pass
`,
      { args: ['-x'] },
    );
    assert.deepEqual(phases(host), [['test_a', 'FAIL']]);
    assert.equal(await host.ended, 1);
    const refused = await run(`${names}import pytest
def test_a(measure):
    try:
        measure("supply", "much", lower=0, upper=5)
    except Exception:
        pass
`);
    assert.deepEqual(phases(refused), [['test_a', 'ERROR']]);
    assert.match(refused.one('run_complete').outcome_details[0] ?? '', /test_a .*supply/);
  });

  it('refuses a measurement after its test has ended, and marks a test that is interrupted as broken', async () => {
    const late = await run(`${names}
import pytest
kept = []
def test_a(measure):
    kept.append(measure)
def test_b():
    kept[0]("late", 1)
`);
    assert.deepEqual(phases(late), [
      ['test_a', 'PASS'],
      ['test_b', 'ERROR'],
    ]);
    const interrupted = await run(`${names}\nimport pytest\ndef test_a():\n    raise KeyboardInterrupt\n`);
    assert.deepEqual(phases(interrupted), [['test_a', 'ERROR']]);
  });

  it('makes one run for each serial number that the tests have as a parameter', async () => {
    const host = await run(`${names}
import pytest
@pytest.fixture(params=["SN1", "SN2"], scope="session")
def serial_number(request):
    return request.param
def test_a(serial_number):
    assert serial_number == "SN1"
def test_b(serial_number):
    pass
`);
    assert.deepEqual(
      host.all('run_complete').map(({ serial_number, outcome, phases_run }) => [serial_number, outcome, phases_run]),
      [
        ['SN1', 'PASS', 2],
        ['SN2', 'FAIL', 2],
      ],
    );
  });

  it('makes one run for a unit whose tests are not in a row, which passes only if all of them ran', async () => {
    const tests = `import pytest
@pytest.mark.parametrize("voltage", [1, 2])
@pytest.mark.parametrize("serial_number", ["SN1", "SN2"])
def test_a(serial_number, voltage):
    pass
`;
    const folder = await scriptFolder({
      'test_board.py': names + tests,
      'cut/test_board.py': names + tests,
      'cut/conftest.py': `def pytest_runtestloop(session):
    first = session.items[0]
    first.config.hook.pytest_runtest_protocol(item=first, nextitem=None)
    return True
`,
    });
    const complete = async (file: string) =>
      (await Host.run(python, path.join(folder, file)))
        .all('run_complete')
        .map(({ serial_number, outcome, phases_run }) => [serial_number, outcome, phases_run]);
    assert.deepEqual(await complete('test_board.py'), [
      ['SN1', 'PASS', 2],
      ['SN2', 'PASS', 2],
    ]);
    assert.deepEqual(await complete('cut/test_board.py'), [['SN1', 'ERROR', 1]]);
  });

  it('runs the chosen tests only, as a partial run', async () => {
    const source = `${names}
import pytest
def test_a():
    pass
@pytest.mark.parametrize("led", ["red", "green"])
def test_led(led):
    pass
def test_z():
    pass
`;
    const cases: [PhaseChoice, string[]][] = [
      [{ only: ['test_led'] }, ['test_led[red]', 'test_led[green]']],
      [{ only: ['test_led[green]', 'test_a'] }, ['test_a', 'test_led[green]']],
      [{ from: 'test_led' }, ['test_led[red]', 'test_led[green]', 'test_z']],
    ];
    for (const [choice, expected] of cases) {
      const host = await run(source, { env: { [runnerEnvironment.phases]: JSON.stringify(choice) } });
      assert.deepEqual(
        phases(host),
        expected.map((name) => [name, 'PASS']),
      );
      const { outcome, partial_outcome } = host.one('run_complete');
      assert.deepEqual([outcome, partial_outcome], ['ABORTED', 'PASS']);
    }
  });

  it('runs the tests of each unit from the chosen one on', async () => {
    const source = `${names}
import pytest
@pytest.fixture(params=["SN1", "SN2"], scope="module")
def serial_number(request):
    return request.param
def test_a(serial_number):
    pass
def test_b(serial_number):
    pass
def test_c(serial_number):
    pass
`;
    const ran = async (choice: PhaseChoice) =>
      (await run(source, { env: { [runnerEnvironment.phases]: JSON.stringify(choice) } }))
        .all('phase_complete')
        .map(({ name }) => name);
    assert.deepEqual(await ran({ from: 'test_b' }), ['test_b[SN1]', 'test_c[SN1]', 'test_b[SN2]', 'test_c[SN2]']);
    assert.deepEqual(await ran({ from: 'test_c[SN1]' }), ['test_c[SN1]', 'test_a[SN2]', 'test_b[SN2]', 'test_c[SN2]']);
  });

  it('reports an error in the file at its line, and a package that is missing', async () => {
    const broken = await run('import pytest\nimport no_such_package\ndef test_a():\n    pass\n');
    const { failure } = broken.one('run_crashed');
    assert.deepEqual([failure.missing_module, failure.place?.line], ['no_such_package', 2]);
    assert.deepEqual(broken.all('run_started'), []);
    const nothing = await run('import pytest\ndef test_a():\n    pass\n', { args: ['-k', 'nothing'] });
    assert.deepEqual([nothing.all('run_started').length, await nothing.ended], [0, 5]);
  });

  it('runs no test when the user cancels the question for the procedure', async () => {
    const host = await run('def test_a():\n    print("ran")\n', { procedure: () => null });
    assert.deepEqual(host.names(), ['hello', 'procedure_request', 'script_ended']);
    assert.doesNotMatch(host.stdout.toString(), /^ran/m);
    assert.doesNotMatch(host.stdout.toString() + host.stderr, /INTERNALERROR|Traceback/);
  });

  it('lets a test ask the operator by input()', async () => {
    const host = await run(`${names}def test_a():\n    assert input("Ready? ") == "yes"\n`, { prompt: () => 'yes' });
    assert.equal(host.one('ui_request').message.trim(), 'Ready?');
    assert.equal(host.one('run_complete').outcome, 'PASS');
  });
});
