import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  chooseProcedure,
  nameBesideLabel,
  procedureIdOf,
  procedureLabel,
} from '../../../src/shared/run/procedureChoice.ts';

const fvt = { id: '0c5e1b1e-0000-4000-8000-000000000001', identifier: 'FVT1', name: 'Functional' };
const ict = { id: '0c5e1b1e-0000-4000-8000-000000000002', identifier: null, name: 'In-circuit' };

describe('the procedure that a script runs under', () => {
  it('selects the linked procedure that the script names by id or by identifier in any case', () => {
    assert.deepEqual(chooseProcedure('fvt1', [fvt, ict]), { decided: fvt });
    assert.deepEqual(chooseProcedure(ict.id.toUpperCase(), [fvt, ict]), { decided: ict });
  });

  it('asks for a procedure if the named one is not linked', () => {
    assert.deepEqual(chooseProcedure('FVT2', [fvt]), { notLinked: 'FVT2', linked: [fvt] });
  });

  it('selects the only linked procedure if the script names none', () => {
    assert.deepEqual(chooseProcedure(null, [fvt]), { decided: fvt });
    assert.deepEqual(chooseProcedure('  ', [fvt]), { decided: fvt });
  });

  it('asks for a procedure if the script names none and none or several are linked', () => {
    assert.deepEqual(chooseProcedure(null, [fvt, ict]), { unnamed: true, linked: [fvt, ict] });
    assert.deepEqual(chooseProcedure(null, []), { unnamed: true, linked: [] });
  });
});

describe('the id of a procedure', () => {
  it('is found if only one of two states of the station has its link', () => {
    for (const known of [
      [[fvt], []],
      [[], [ict, fvt]],
      [[fvt], [fvt]],
    ]) {
      // prettier-ignore
      assert.equal(procedureIdOf('fvt1', ...known), fvt.id);
    }
    assert.equal(procedureIdOf(ict.id, [fvt], []), ict.id);
    assert.equal(procedureIdOf('FVT9', [fvt], [ict]), 'FVT9');
  });
});

describe('a procedure in a list', () => {
  it('labels a procedure by its identifier, with its name beside it only if it differs', () => {
    const shown = (identifier: string | null, name: string): [string, string] => [
      procedureLabel({ identifier, name }),
      nameBesideLabel({ identifier, name }),
    ];
    assert.deepEqual(shown('FVT1', 'Functional'), ['FVT1', 'Functional']);
    assert.deepEqual(shown('FVT1', 'FVT1'), ['FVT1', '']);
    assert.deepEqual(shown(null, 'Functional'), ['Functional', '']);
    assert.deepEqual(shown(null, 'In\ncircuit'), ['In circuit', '']);
  });
});
