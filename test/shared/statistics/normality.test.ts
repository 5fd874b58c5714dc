import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { normalQuantile } from '../../../src/shared/statistics/distributions.ts';
import { testNormality } from '../../../src/shared/statistics/normality.ts';
import { flowRate, glassStrength, jets, mavro, michelson } from './publishedData.ts';
import { finite, near, normalValues, published, randomNumbers, withSeed } from './support.ts';

function tested(values: readonly number[]) {
  const answer = testNormality(values);
  assert.ok(answer.kind === 'tested');
  finite(answer);
  return answer;
}

describe(`the Anderson-Darling test (${withSeed})`, () => {
  for (const [name, values, statistic, adjusted, p] of [
    ['Michelso', michelson, '0.460764', '0.464323', '0.254957'],
    ['Mavro', mavro, '1.668465', '1.694994', '0.000241273'],
    ['the glass strength', glassStrength, '0.262043', '0.273344', '0.666581'],
    ['the flow rate', flowRate, '0.304858', '0.334582', '0.507862'],
    ['the jets', jets, '0.224389', null, '0.794996'],
  ] as const) {
    it(`has the published result for ${name}`, () => {
      const answer = tested(values);
      published(answer.statistic, statistic);
      if (adjusted !== null) published(answer.adjusted, adjusted);
      published(answer.p, p);
      assert.equal(answer.isNormal, name !== 'Mavro');
    });
  }

  it('rejects normal values as often as its significance says, and values of another shape nearly always', () => {
    const random = randomNumbers();
    const rounds = 2000;
    let rejected = 0;
    let missed = 0;
    for (let round = 0; round < rounds; round += 1) {
      if (!tested(normalValues(60, random, 7, 0.01)).isNormal) rejected += 1;
      if (tested(normalValues(60, random).map(Math.exp)).isNormal) missed += 1;
    }
    near(rejected / rounds, 0.05, 0.015);
    assert.ok(missed / rounds < 0.01);
  });

  it('does not depend on order, place, or scale', () => {
    const first = tested(jets);
    near(tested(jets.toReversed()).statistic, first.statistic, 1e-9);
    near(tested(jets.map((value) => -1e4 + 250 * value)).statistic, first.statistic, 1e-6);
  });

  it('forgives rounding of many values, but not another shape', () => {
    const values = normalValues(20_000, randomNumbers(), 5, 0.1).map((value) => Math.round(value * 100) / 100);
    assert.equal(tested(values).isNormal, true);
    const random = randomNumbers();
    const others = {
      skewed: values.map((value) => value ** 30),
      uniform: values.map(() => random()),
      'in two groups': normalValues(20_000, random).map((value, index) => value + 4 * (index % 2)),
      'with heavy tails': normalValues(20_000, random).map((value) => value ** 3),
    };
    for (const [name, list] of Object.entries(others)) assert.equal(tested(list).isNormal, false, name);
  });

  it('has a p that normal values exceed as often as it says, also where they are nearly perfect', () => {
    const random = randomNumbers();
    const count = 4000;
    const all = Array.from({ length: count }, () => tested(normalValues(25, random)).p);
    for (const p of [0.02, 0.1, 0.3, 0.5, 0.7, 0.85, 0.93, 0.98]) {
      const share = all.filter((each) => each <= p).length / count;
      near(share, p, 0.05);
    }
    assert.ok(all.every((p) => p >= 0 && p <= 1));
    const perfect = Array.from({ length: 60 }, (_, index) => normalQuantile((index + 0.5) / 60));
    const { adjusted, p } = tested(perfect);
    assert.ok(adjusted < 0.1 && p > 0.999 && p <= 1, `${adjusted}: ${p}`);
  });

  it('asks for significance of up to 5000 values, and for a strong deviation of more', () => {
    const rounded = normalValues(5001, randomNumbers()).map((value) => Math.round(value * 5) / 5);
    assert.deepEqual([tested(rounded.slice(1)).isNormal, tested(rounded).isNormal], [false, true]);
  });

  it('calls many values with far outliers on both sides not normal, though most of them are', () => {
    const values = normalValues(6000, randomNumbers());
    assert.equal(tested(values).isNormal, true);
    const outliers = [-9, 9, -9, 9, -9, 9];
    const { adjusted, isNormal } = tested([...values, ...outliers]);
    assert.ok(adjusted < 10 && !isNormal, `${adjusted}`);
    const oneSided = [9, 9, 9, 9, 9, 9];
    assert.equal(tested([...values, ...oneSided]).isNormal, false);
  });

  it('needs 8 values that differ, and bears the farthest outlier', () => {
    assert.deepEqual(testNormality([1, 2, 3]), { kind: 'tooFew', count: 3, needed: 8 });
    assert.equal(testNormality([1, 2, 3, 4, 5, 6, 7]).kind, 'tooFew');
    assert.equal(testNormality([1, 2, 3, 4, 5, 6, 7, 8]).kind, 'tested');
    assert.deepEqual(testNormality(new Array<number>(9).fill(3)), { kind: 'noVariation', value: 3 });
    assert.equal(tested([...normalValues(400, randomNumbers()), 9e37]).p, 0);
  });
});
