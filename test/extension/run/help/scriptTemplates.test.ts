import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  procedureTemplate,
  scriptFileName,
  scriptTemplate,
} from '../../../../src/extension/run/help/scriptTemplates.ts';
import { definitionLine, pythonTarget } from '../../../../src/shared/procedure/pythonReference.ts';
import { readProcedure } from '../../../../src/shared/procedure/readProcedure.ts';
import { scanRobot } from '../../../../src/shared/script/robotScan.ts';
import { scanScript } from '../../../../src/shared/script/scriptScan.ts';

const id = '0c5e1b1e-0000-4000-8000-000000000001';
const kinds = ['openhtf', 'vanilla', 'pytest', 'robot'] as const;

/** How each kind of script names a procedure. */
const naming = {
  openhtf: (procedure: string) => `procedure_id="${procedure}",`,
  vanilla: (procedure: string) => `procedure_id="${procedure}",`,
  pytest: (procedure: string) => `PROCEDURE_ID = "${procedure}"`,
  robot: (procedure: string) => `\${PROCEDURE_ID}     ${procedure}`,
};

const lines = (text: string): string[] => text.split(/\r\n|\r|\n/);

describe('scriptTemplate', function () {
  this.timeout(30_000);
  for (const kind of kinds) {
    it(`writes the identifier of the procedure into the script (${kind})`, () => {
      const text = scriptTemplate(kind, { id, identifier: 'EOL-2', name: 'Board test' });
      assert.ok(lines(text).some((line) => line.trim() === naming[kind]('EOL-2')));
      assert.ok(!text.includes('Board test'));
    });

    it(`writes the id of a procedure without an identifier, with its name as a comment (${kind})`, () => {
      const text = scriptTemplate(kind, { id, identifier: null, name: 'Board test' });
      assert.ok(lines(text).some((line) => line.trim() === `${naming[kind](id)}  # Board test`));
    });

    it(`writes FVT1 when no procedure is linked (${kind})`, () => {
      assert.ok(lines(scriptTemplate(kind)).some((line) => line.trim() === naming[kind]('FVT1')));
    });

    it(`writes the name of the procedure only into the comment (${kind})`, () => {
      const [before = '', after = ''] = scriptTemplate(kind, { id, name: 'NAME' }).split('NAME');
      const names = fc.oneof(
        fc.string({ unit: 'binary', maxLength: 80 }),
        fc.stringMatching(/^[\n\r\v\f\u0085\u2028\u2029\u202e"'#\\a-c]{0,20}$/),
      );
      fc.assert(
        fc.property(names, (name) => {
          const text = scriptTemplate(kind, { id, name });
          assert.ok(text.startsWith(before));
          assert.ok(text.endsWith(after));
          assert.equal(lines(text).length, lines(before + after).length);
          assert.doesNotMatch(text.slice(before.length, text.length - after.length), /[\p{Cc}\u2028\u2029\u202e]/u);
        }),
      );
    });
  }

  it('writes scripts that the editor can run', () => {
    for (const kind of kinds) {
      const text = scriptTemplate(kind);
      const found = kind === 'robot' ? scanRobot(text) : scanScript(text, scriptFileName(kind));
      assert.ok(found.isRunnable, kind);
    }
  });

  it('derives the file name from the name of the procedure', () => {
    const cases: [string, string | null, string][] = [
      ['Board test', 'FVT1', 'board_test.py'],
      ['Functional verification', null, 'functional_verification_test.py'],
      ['FVT1', 'FVT1', 'fvt1_test.py'],
      ['random', null, 'random_test.py'],
      ['Test', null, 'test_test.py'],
      ['../../etc/passwd', null, 'etc_passwd_test.py'],
      ['Prüfung 3,3 V', null, 'prüfung_3_3_v_test.py'],
      ['电源', null, '电源_test.py'],
      ['!?', 'EOL-2', 'eol_2_test.py'],
      ['!?', null, 'fvt1_test.py'],
    ];
    for (const [name, identifier, file] of cases)
      assert.equal(scriptFileName('openhtf', { id, identifier, name }), file);
    assert.equal(scriptFileName('vanilla'), 'fvt1_test.py');
    assert.equal(scriptFileName('robot'), 'fvt1_test.robot');
  });

  it('derives a file name that is valid on every system from any procedure name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (name) => {
        const file = scriptFileName('pytest', { id, identifier: null, name });
        assert.match(file, /^[\p{L}\p{M}\p{N}_]+_test\.py$/u);
        assert.ok(Buffer.byteLength(file) <= 255);
      }),
    );
  });
});

describe('procedureTemplate', () => {
  it('writes a procedure without problems, whose phases are functions of the files beside it', () => {
    for (const name of ['Board test', 'a: "b" # c', '– \\ \u202e', 'x'.repeat(300)]) {
      const [yaml, ...others] = procedureTemplate({ id, identifier: null, name });
      const reading = readProcedure(yaml?.content ?? '', 'procedure.yaml');
      assert.deepEqual(reading?.problems, [], name);
      for (const { python } of reading.phases) {
        const { files, callable } = pythonTarget(python?.reference ?? '');
        const file = others.find(({ path }) => files.includes(path));
        assert.notEqual(definitionLine(file?.content ?? '', callable), undefined, callable);
      }
    }
  });
});
