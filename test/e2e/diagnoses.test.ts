import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { createStation } from './support/bench.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually } from './support/until.ts';

/** The diagnoser is imported under a name of the script's own. */
const script = `import openhtf as htf
from openhtf import PhaseDiagnoser as PD


class Heat(htf.DiagResultEnum):
    TOO_HOT = "too_hot"
    AS_USUAL = "as_usual"
    REPLACE = "replace_board"


@PD(Heat)
def find_heat(record):
    part = htf.DiagnosisComponent("U1", "SN-U1")
    return [
        htf.Diagnosis(Heat.TOO_HOT, "The part got too hot.", component=part, is_failure=True),
        htf.Diagnosis(Heat.AS_USUAL, "The fan runs."),
    ]


@htf.TestDiagnoser(Heat)
def decide(record, store):
    return htf.Diagnosis(Heat.REPLACE, "Replace the board.", is_failure=True)


@htf.diagnose(find_heat)
def warm_up(test):
    """Warms the board up."""


test = htf.Test(warm_up, procedure_id="FVT1", part_number="PCBA01")
test.add_test_diagnosers(decide)
test.execute(lambda: "SN-HOT")
`;

describe('the diagnoses of an OpenHTF test', function () {
  this.timeout(90_000);
  const { bench, workbench } = useSharedBench();

  before(async () => {
    bench.write('hot.py', script);
    const window = workbench();
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    await bench.linkedProcedure('Bench 1', 'FVT1');
    await window.openFile('hot.py');
  });

  it('are in the Test Results, with failures as messages of the phase and of the script', async () => {
    const window = workbench();
    const glyphs = window.page.locator('.editor-group-container.active .testing-run-glyph');
    await eventually(async () => assert.equal(await glyphs.count(), 2, 'the script and its only phase'));
    await window.editorAction('Run Procedure on Station');
    await window.notification(/SN-HOT: FAIL\. Diagnosis replace_board \(failure\): Replace the board\./).close();
    await eventually(async () => {
      const text = await window.testResultText();
      assert.match(text, /Diagnosis U1: too_hot \(failure\): The part got too hot\./);
      assert.match(text, /Diagnosis as_usual: The fan runs\./);
      assert.match(text, /Diagnosis replace_board \(failure\): Replace the board\./);
    });
    await window.testResultRows();
    await window.pickTestResult(/^warm_up.*Diagnosis U1: too_hot/);
    await window.screenshots('diagnosis');
  });

  it('are in the report of the run at their phases', async () => {
    const window = workbench();
    await window.openContainer('Test Stations');
    await window.tree('Runs').row('SN-HOT').click();
    await window.page.getByRole('tab', { name: 'SN-HOT FAIL' }).waitFor();
    const found = window.webview().locator('.findings li');
    await eventually(async () =>
      assert.deepEqual(
        (await found.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim()),
        [
          'warm_up · Diagnosis U1: too_hot The part got too hot.',
          'warm_up · Diagnosis as_usual The fan runs.',
          'Diagnosis replace_board Replace the board.',
        ],
      ),
    );
    await window.screenshots('diagnoses-report');
  });
});
