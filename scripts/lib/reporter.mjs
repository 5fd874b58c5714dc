import { renameSync, writeFileSync } from 'node:fs';
import Mocha from 'mocha';

const { EVENT_RUN_END, EVENT_TEST_BEGIN, EVENT_TEST_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } =
  Mocha.Runner.constants;

/**
 * Mocha's Spec reporter, which also writes the results to the file that `TEST_REPORT` names:
 * `{passed, failed: [{title, text}], skipped: [{title, reason}]}`, and until all tests have ended `running`, the title of
 * the test that began last.
 */
class Reporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const report = { passed: 0, failed: [], skipped: [] };
    runner.on(EVENT_TEST_PASS, () => (report.passed += 1));
    runner.on(EVENT_TEST_FAIL, (test, error) => {
      report.failed.push({
        title: test.fullTitle(),
        // Read when it is written, because a hook can add what it saw.
        get text() {
          return String(error?.message ?? error);
        },
      });
    });
    runner.on(EVENT_TEST_PENDING, (test) => report.skipped.push({ title: test.fullTitle(), reason: reasonOf(test) }));
    // Before and after each test, so that the results survive if the process is killed, or if a test never ends.
    let running = '';
    runner.on(EVENT_TEST_BEGIN, (test) => {
      running = test.fullTitle();
      write({ ...report, running });
    });
    runner.on(EVENT_TEST_END, () => write({ ...report, running }));
    runner.once(EVENT_RUN_END, () => {
      write(report);
      failWhenLeftOpen(report);
    });
  }
}

function write(report) {
  const file = process.env.TEST_REPORT;
  writeFileSync(`${file}.new`, JSON.stringify(report));
  renameSync(`${file}.new`, file);
}

/** A server or timer that the tests left open keeps mocha from ending, which is a failure. */
function failWhenLeftOpen(report) {
  const timer = setTimeout(() => {
    const text = `left open by the tests: ${process.getActiveResourcesInfo().join(', ')}`;
    write({ ...report, failed: [...report.failed, { title: 'after the tests', text }] });
    process.exit();
  }, 10_000);
  timer.unref();
}

/** test/support/skip.ts puts the reason on the test, or on the suite whose hook skipped. */
function reasonOf(test) {
  for (let part = test; part; part = part.parent) {
    if (part.skipReason) return part.skipReason;
  }
  return 'disabled in the source';
}

export { Reporter as default, Reporter as 'module.exports' };
