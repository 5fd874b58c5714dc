import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  asSentence,
  oneLine,
  plainMessage,
  withoutDirectionOverrides,
  withoutFieldPaths,
  withoutIsolates,
} from '../../../src/shared/format/oneLine.ts';

describe('a text from elsewhere in one line', () => {
  it('keeps single-line text as it is', () => {
    for (const text of ['', 'Bench 1', 'Prüfplatz 3 · Ω', '测试台', '👩‍🔧', '<b>&amp;', '$(bug)'])
      assert.equal(oneLine(text), text);
  });

  it('removes line breaks and direction overrides from a line', () => {
    assert.equal(oneLine('a\nb\r\n\tc\u2028d\u0000e'), 'a b c d e');
    assert.equal(oneLine('\u001b[31mred'), ' [31mred');
    assert.equal(oneLine('x\u202egnp.exe\u2067'), 'x gnp.exe ');
  });

  it('isolates right-to-left text', () => {
    assert.equal(oneLine('שלום'), '\u2068שלום\u2069');
    assert.equal(oneLine('\u200fx'), '\u2068\u200fx\u2069');
    assert.equal(oneLine('\u2069\u2069שלום'), '\u2068 שלום\u2069');
    assert.equal(withoutIsolates(oneLine('שלום')), 'שלום');
  });

  it('cuts a long line', () => {
    assert.equal(oneLine('x'.repeat(1_000_000)), `${'x'.repeat(200)}…`);
    assert.equal(oneLine('👩👩', 3), '👩…');
  });

  it('removes links from a message and keeps its lines', () => {
    const link = '[Click](command:workbench.action.quit)';
    const text = plainMessage(`Which?\n\t${link} \u202eegassem\u001b[2J`);
    assert.doesNotMatch(text, /\]\(/);
    assert.equal(text.replaceAll('\u200b', ''), `Which?\n\t${link}  egassem [2J`);
    assert.equal(plainMessage('x'.repeat(1_000_000)).length, 2000);
    assert.equal(plainMessage(`${oneLine('שלום')}: PASS`), '\u2068שלום\u2069: PASS');
  });

  it('removes direction overrides from all texts of a message to a page', () => {
    const curve = new Float64Array([1, 2]);
    const told = { name: 'SN\u202e1000-NS', rows: [{ text: 'a\n\tb\u001b' }, null, 3, true], curve, none: undefined };
    assert.deepEqual(withoutDirectionOverrides(told), {
      ...told,
      name: 'SN 1000-NS',
      rows: [{ text: 'a\n\tb ' }, null, 3, true],
    });
    assert.equal((withoutDirectionOverrides(told) as typeof told).curve, curve);
  });
});

describe('a text before a sentence', () => {
  it('ends a text with a period unless it ends a sentence already', () => {
    const texts = ['EOF when reading a line', 'Done.', 'Why?', 'It said “no.”', '3.3 V', '', ' '];
    assert.deepEqual(texts.map(asSentence), ['EOF when reading a line.', 'Done.', 'Why?', 'It said “no.”', '3.3 V.', '', ' ']); // prettier-ignore
  });
});

describe('a refusal', () => {
  it('removes the path of a field that the sentence of a refusal names', () => {
    for (const [told, shown] of [
      ['metadata.part_number: The part number must not be empty.', 'The part number must not be empty.'],
      [
        'dut_id: The serial number is long. number: The part number too.',
        'The serial number is long. The part number too.',
      ],
      ['phases.0.name: Invalid input: expected string', 'phases.0.name: Invalid input: expected string'],
      ['Error: The meter is off.', 'Error: The meter is off.'],
      ['The meter said: The value is off.', 'The meter said: The value is off.'],
    ] as const) {
      assert.equal(withoutFieldPaths(told), shown);
    }
  });
});
