import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { promptComponent } from '../../../src/shared/contract/promptForm.ts';
import { promptProblem } from '../../../src/shared/live/promptProblem.ts';

const field = (parts: object): Parameters<typeof promptProblem>[0] =>
  promptComponent.parse({ key: 'k', label: 'K', type: 'text_input', ...parts });

describe('a value of a field of a prompt', () => {
  it('has the problem that the program would refuse it for', () => {
    const number = { type: 'number_input', min: 0, max: 10 };
    const cases: [field: object, value: Parameters<typeof promptProblem>[1], problem: string | null][] = [
      [{}, undefined, null],
      [{ is_required: true }, undefined, 'required'],
      [{ is_required: true }, '', 'required'],
      [{ is_required: true, type: 'checklist' }, [], 'required'],
      [{ is_required: true, type: 'switch' }, false, null],
      [number, 'x', 'number'],
      [number, '-1', 'tooSmall'],
      [number, 11, 'tooLarge'],
      [number, '10', null],
      [number, '', null],
      [{ min_length: 2 }, 'é', 'tooShort'],
      [{ max_length: 2 }, '🙂🙂', null],
      [{ max_length: 2 }, 'abc', 'tooLong'],
      [{ pattern: 'b' }, 'abc', null],
      [{ pattern: '^SN-' }, 'XX', 'pattern'],
      [{ pattern: '(?P<rust>x)' }, 'abc', null],
    ];
    for (const [parts, value, problem] of cases) {
      assert.equal(promptProblem(field(parts), value), problem, JSON.stringify([parts, value]));
    }
  });
});
