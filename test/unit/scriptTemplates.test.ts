import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { scanScript } from '../../src/domain/script/scriptScan.ts';
import { scriptTemplate } from '../../src/run/help/scriptTemplates.ts';

describe('a new test script', () => {
  for (const kind of ['openhtf', 'vanilla'] as const) {
    it(`names its procedure (${kind})`, () => {
      assert.deepEqual(scanScript(scriptTemplate(kind, 'FVT1')), [{ kind: 'named', id: 'FVT1' }]);
    });
  }
});
