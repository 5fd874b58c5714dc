import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { StationItem } from '../../../src/extension/connection/stationSource.ts';
import { GroupNodes } from '../../../src/extension/stations/groupNodes.ts';
import {
  groupsAround,
  groupsOf,
  inUsedSpelling,
  isInGroup,
  outerGroup,
} from '../../../src/extension/stations/groupTree.ts';

const stationIn = (id: string, group: string | null): StationItem => ({
  id,
  name: id,
  group,
  procedures: [],
  state: 'unknown',
  stateSince: null,
  pauses: [],
  operatorAddress: null,
  lastSeen: null,
  use: null,
});

describe('the groups of stations in the editor', () => {
  it('are in the order of their numbers, each before the groups in it', () => {
    const used = ['Plant 10 / Line 1', 'Plant 2 / Line 10', 'Plant 2 / Line 2', 'Plant 2! / A', 'Plant 2', null];
    assert.deepEqual(groupsOf(used.map((group) => ({ group }))), [
      'Plant 2',
      'Plant 2 / Line 2',
      'Plant 2 / Line 10',
      'Plant 2!',
      'Plant 2! / A',
      'Plant 10',
      'Plant 10 / Line 1',
    ]);
  });

  it('contain the stations of the groups in them, and not those of groups whose names begin alike', () => {
    assert.deepEqual(groupsAround('A / B / C'), ['A', 'A / B', 'A / B / C']);
    assert.equal(outerGroup('A / B'), 'A');
    assert.equal(outerGroup('A'), null);
    assert.ok(isInGroup('A / B', 'A'));
    assert.ok(isInGroup('A', 'A'));
    assert.ok(!isInGroup('A B', 'A'));
    assert.ok(!isInGroup(null, 'A'));
  });

  it('are spelled as they are used already', () => {
    const used = groupsOf([{ group: 'Plant 2 / Line 4' }]);
    assert.equal(inUsedSpelling('plant 2 / LINE 4', used), 'Plant 2 / Line 4');
    assert.equal(inUsedSpelling('PLANT 2 / line 5', used), 'Plant 2 / line 5');
    assert.equal(inUsedSpelling('Plant 20', used), 'Plant 20');
  });

  it('count their stations, and report only the groups whose counts have changed', () => {
    const nodes = new GroupNodes();
    const stations = [stationIn('1', 'A / B'), stationIn('2', 'A'), stationIn('3', 'C'), stationIn('4', null)];
    let running = '';
    const update = (isFiltered = false) =>
      nodes
        .update(stations, isFiltered, ({ id }) => ({
          isInUse: id === running,
          isDisconnected: id !== running,
          isWaiting: false,
        }))
        .map(({ group }) => group);
    assert.deepEqual(update(), ['A', 'A / B', 'C']);
    assert.deepEqual(nodes.counts('A'), { stations: 2, inUse: 0, disconnected: 2, waiting: 0 });
    assert.deepEqual(
      nodes.inside(null).map(({ group }) => group),
      ['A', 'C'],
    );
    assert.deepEqual(
      nodes.inside('A').map(({ group }) => group),
      ['A / B'],
    );
    const node = nodes.get('C');
    assert.deepEqual(update(), []);
    running = '1';
    assert.deepEqual(update(), ['A', 'A / B']);
    assert.equal(nodes.get('C'), node);
    const { structure } = nodes;
    update(true);
    assert.notEqual(nodes.structure, structure);
  });

  it('do not exist while no station is in one', () => {
    const nodes = new GroupNodes();
    assert.deepEqual(
      nodes.update([stationIn('1', null)], false, () => ({ isInUse: true, isDisconnected: false, isWaiting: false })),
      [],
    );
    assert.deepEqual(nodes.inside(null), []);
  });
});
