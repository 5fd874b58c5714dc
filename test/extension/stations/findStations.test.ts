import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { findStations } from '../../../src/extension/stations/findStations.ts';

const procedures = [{ id: '1', identifier: 'FVT1', name: 'Functional test' }];
const stations = [
  { name: 'Bench 9', group: 'Plant 2 / Line 4', procedures, use: null },
  { name: 'Bench 19', group: 'Plant 2 / Line 4', procedures: [], use: null },
  { name: 'Old bench 9', group: 'Plant 1', procedures: [], use: null },
  { name: 'Testbench', group: null, procedures: [], use: null },
];
const found = (text: string) => findStations(stations, text).map(({ name }) => name);

describe('finding stations', () => {
  it('finds them by parts of their name, group and procedures, in any case', () => {
    assert.deepEqual(found('FUNCTIONAL'), ['Bench 9']);
    assert.deepEqual(found('fvt'), ['Bench 9']);
    assert.deepEqual(found('line 4'), ['Bench 9', 'Bench 19']);
    assert.deepEqual(found('stben'), ['Testbench']);
    assert.deepEqual(found('nowhere'), []);
    assert.deepEqual(found('  '), stations.map(({ name }) => name)); // prettier-ignore
  });

  it('finds a station that has all words, wherever they are', () => {
    assert.deepEqual(found('4 plant 9'), ['Bench 9']);
    assert.deepEqual(found('plant 1 old'), ['Old bench 9']);
    assert.deepEqual(found('plant / 2'), ['Bench 9', 'Bench 19']);
  });

  it('has those first whose names fit best', () => {
    assert.deepEqual(found('bench'), ['Bench 9', 'Bench 19', 'Old bench 9', 'Testbench']);
    assert.deepEqual(found('bench 9'), ['Bench 9', 'Old bench 9']);
    assert.deepEqual(findStations([...stations].reverse(), 'bench 9')[0]?.name, 'Bench 9');
  });

  it('is fluid among 1,000 stations: one key looks at each of them once', () => {
    let looks = 0;
    const many = Array.from({ length: 1_000 }, (_, n) => ({
      get name() {
        looks += 1;
        return `Bench ${n}`;
      },
      group: 'Plant',
      procedures,
      use: null,
    }));
    assert.equal(findStations(many, 'bench 99').length, 11);
    assert.ok(looks <= 2_100, String(looks));
  });
});
