import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { shortNumber } from '../../../src/shared/format/shortNumber.ts';

const shown = (text: string, units: string | null, hasLimits = false): string => {
  const short = shortNumber(text, units, hasLimits);
  return `${short.text} ${short.units ?? ''}`.trim();
};

describe('the short form of a number', () => {
  it('has an SI prefix where the unit takes one', () => {
    assert.equal(shown('0.0000285', 'V'), '28.5 µV');
    assert.equal(shown('-4.7e-9', 'F'), '-4.7 nF');
    assert.equal(shown('2450000000', 'Hz'), '2.45 GHz');
    assert.equal(shown('0.001', 'A'), '0.001 A');
    assert.equal(shown('999999', 'Hz'), '999999 Hz');
  });

  it('has an exponent beside limits, with other units and without a unit', () => {
    assert.equal(shown('0.0000285', 'V', true), '2.85e-5 V');
    assert.equal(shown('0.0000285660588', 'deg/s'), '2.85660588e-5 deg/s');
    assert.equal(shown('12000000', null), '1.2e7');
  });

  it('is the plain form where that is as short, and for what is no number', () => {
    for (const text of ['0', '3.3', '-12.5', '1234567', 'NaN', 'Infinity'])
      assert.equal(shown(text, 'dB'), `${text} dB`);
  });

  it('is the same value, for any number and unit', () => {
    const factors: Record<string, number> = { p: 1e-12, n: 1e-9, µ: 1e-6, m: 1e-3, M: 1e6, G: 1e9, T: 1e12 };
    fc.assert(
      fc.property(
        fc.double({ noNaN: true }),
        fc.constantFrom('V', 'dB', null),
        fc.boolean(),
        (value, units, hasLimits) => {
          const short = shortNumber(String(value), units, hasLimits);
          const prefix = units === null ? '' : (short.units ?? '').slice(0, -units.length);
          const back = Number(short.text) * (factors[prefix] ?? 1);
          assert.ok(Math.abs(back - value) <= Math.abs(value) * 1e-15 * 4 || back === value, `${value}: ${short.text}`);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
