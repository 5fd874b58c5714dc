import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  pythonFiles,
  testFileKind,
  testFileKinds,
  testFilesGlob,
  testName,
} from '../../../src/shared/script/testFiles.ts';

describe('the kinds of test files', () => {
  it('recognize a file by its language or its name, wherever it is', () => {
    assert.equal(testFileKind('/bench/tests/fvt1.py'), pythonFiles);
    assert.equal(testFileKind('C:\\bench\\FVT1.PY'), pythonFiles);
    assert.equal(testFileKind('Untitled-1', 'python'), pythonFiles);
    assert.equal(testFileKind('/bench/tests/fvt1.py', 'plaintext'), pythonFiles);
    assert.equal(testFileKind('/bench/fvt1.pyc'), undefined);
    assert.equal(testFileKind('/bench/fvt1.py/notes.txt', 'plaintext'), undefined);
  });

  it('are called by their file, and procedures by their folder', () => {
    assert.deepEqual(
      ['/bench/fvt1.py', '/bench/radio/procedure.yaml', 'C:\\bench\\radio\\procedure.yml', '/procedure.yaml'].map(
        testName,
      ),
      ['fvt1.py', 'radio', 'radio', 'procedure.yaml'],
    );
  });

  it('are all in the glob that finds them on disk', () => {
    for (const { fileNames } of testFileKinds) {
      for (const name of fileNames) assert.ok(testFilesGlob.includes(`**/${name}`));
    }
  });

  it('find no test in an empty file', async () => {
    for (const kind of testFileKinds) {
      assert.equal(kind.mayDefineTests(''), false);
      const { isRunnable, phases } = await kind.scan('', 'empty');
      assert.deepEqual({ isRunnable, phases }, { isRunnable: false, phases: [] });
    }
  });
});
