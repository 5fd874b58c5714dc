import assert from 'node:assert/strict';
import fc from 'fast-check';
import { marked, type Token } from 'marked';
import { describe, it } from 'mocha';
import { runMarkdown } from '../../../src/shared/export/runMarkdown.ts';
import { exportedRun } from './exportedRun.ts';
import { nastyRun } from './randomRuns.ts';

const sections = ['Errors and diagnoses', 'Failed measurements', 'Phases and measurements', 'Attachments', 'Logs'];

/** Returns the tokens of a text and of what is in them. */
const allTokens = (text: string): Token[] => {
  const found: Token[] = [];
  void marked.walkTokens(marked.lexer(text), (token) => {
    found.push(token);
  });
  return found;
};

describe('the Markdown of a run', () => {
  it('has the outcome, what failed, each measurement with its limits, and the logs', () => {
    const failed = { ...exportedRun, outcome: 'FAIL' as const, phases: exportedRun.phases.slice(0, 1) };
    const text = runMarkdown(failed);
    assert.match(text, /^# Run 11111111-1111-4111-8111-111111111111\n\n- Outcome: FAIL\n/);
    assert.match(
      text,
      /\n## Failed measurements\n\n- Phase `Power`: `voltage`: `3\.1 V`, limits `3\.2 ≤ x ≤ 3\.4`, FAIL\n/,
    );
    assert.match(text, /\n- Serial number: `SN-1`\n/);
    assert.match(text, /\n- Metadata `fixture`: `F2`\n/);
    assert.match(text, /\n- 2026-11-02T08:00:01\.000Z INFO `started` at `test\.py:3`\n$/);
  });

  it('lists a measurement that failed only if its attempt counts', () => {
    const text = runMarkdown(exportedRun);
    assert.doesNotMatch(text, /Failed measurements/);
    assert.match(text, /- Phase `Power`: FAIL, 2 s, attempt 1 of 2\n {2}- `voltage`: `3\.1 V`/);
  });

  it('leaves out who operated it', () => {
    assert.doesNotMatch(runMarkdown(exportedRun), /Ada/);
  });

  it('is limited in length, and says what is left out', () => {
    const [log] = exportedRun.logs;
    const [phase] = exportedRun.phases;
    assert.ok(log && phase);
    const text = runMarkdown({
      ...exportedRun,
      phases: Array.from({ length: 2_000 }, () => phase),
      logs: Array.from({ length: 1_000 }, (_, index) => ({ ...log, message: `${index} ${'x'.repeat(5_000)}` })),
    });
    assert.match(text, /\(800 earlier lines are left out\.\)/);
    assert.match(text, /more phases and measurements are left out/);
    assert.match(text, /`999 x/);
    assert.ok(text.length < 200_000, `${text.length}`);
  });

  it('contains no text of a script as anything but inline code', () => {
    fc.assert(
      fc.property(nastyRun, (run) => {
        const tokens = allTokens(runMarkdown(run));
        const kinds = new Set(tokens.map(({ type }) => type));
        for (const kind of kinds) {
          assert.ok(['heading', 'list', 'list_item', 'text', 'codespan', 'paragraph', 'space'].includes(kind), kind);
        }
        const headings = tokens.flatMap((token) => (token.type === 'heading' ? [String(token.text)] : []));
        assert.equal(headings[0], `Run ${run.id}`);
        for (const heading of headings.slice(1)) assert.ok(sections.includes(heading), heading);
      }),
      { seed: 16, numRuns: 300 },
    );
  });
});
