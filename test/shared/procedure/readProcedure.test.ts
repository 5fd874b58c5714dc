import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { scanProcedure } from '../../../src/shared/procedure/procedureScan.ts';
import { definitionLine, pythonTarget } from '../../../src/shared/procedure/pythonReference.ts';
import { readProcedure } from '../../../src/shared/procedure/readProcedure.ts';

const board = `name: Board test
version: "1.2"
unit:
  serial_number:
    pattern: "^SN-"
plugs:
  - name: Power supply
    python: plugs.psu:PowerSupply
setup:
  - name: Connect
    python: phases/connect
main:
  - name: Check Spannung É
    key: supply
    python: phases.power:check_supply
    description: Measures the supply
    measurements:
      - name: Supply voltage
        unit: V
        validators:
          - { operator: ">=", expected_value: 3.2 }
          - { operator: "<=", expected_value: 3.4 }
    ui:
      components:
        - type: text_input
          label: Operator note
          max_length: 20
          prefix: N
  - name: Überprüfung 2
    python: phases.power
    depends_on: [supply]
    enabled: false
teardown:
  - name: Off
    executable: { command: ./off.sh }
`;

const file = '/bench/procedure.yaml';

function problemsOf(source: string): string[] {
  const lines = source.split('\n');
  const lineAt = (offset: number): number => source.slice(0, offset).split('\n').length;
  return (readProcedure(source, file)?.problems ?? []).map(
    ({ kind, word, span }) => `${kind} ${word} | ${lines[lineAt(span.from) - 1]?.trim() ?? ''}`,
  );
}

const withMain = (main: string): string => `name: n\nmain:\n${main}`;

describe('a procedure.yaml that is read', () => {
  it('has the phases of all stages with their keys, lines and Python functions', () => {
    const { phases, problems, plugs } = readProcedure(board, file) ?? assert.fail();
    assert.deepEqual(problems, []);
    assert.deepEqual(
      phases.map(({ stage, key, name, line, endLine, isEnabled, python }) => [
        stage,
        key,
        name,
        line,
        endLine,
        isEnabled,
        python?.reference,
      ]),
      [
        ['setup', 'connect', 'Connect', 10, 11, true, 'phases/connect'],
        ['main', 'supply', 'Check Spannung É', 13, 28, true, 'phases.power:check_supply'],
        ['main', 'uberprufung_2', 'Überprüfung 2', 29, 32, false, 'phases.power'],
        ['teardown', 'off', 'Off', 34, 35, true, undefined],
      ],
    );
    assert.deepEqual(
      plugs.map(({ name, python }) => [name, python?.reference]),
      [['Power supply', 'plugs.psu:PowerSupply']],
    );
    const span = phases[1]?.python?.span ?? assert.fail();
    assert.equal(board.slice(span.from, span.to), 'phases.power:check_supply');
  });

  it('has the limits, units and fields that the engine does not report', () => {
    const { phases, unitFields } = readProcedure(board, file) ?? assert.fail();
    const supply = phases[1] ?? assert.fail();
    assert.deepEqual(supply.measurements.get('supply_voltage'), {
      name: 'Supply voltage',
      units: 'V',
      validators: [
        { operator: '>=', expected: 3.2 },
        { operator: '<=', expected: 3.4 },
      ],
    });
    assert.deepEqual(supply.measurementLines, { supply_voltage: 18 });
    assert.deepEqual(supply.components.get('operator_note'), { max_length: 20, prefix: 'N' });
    assert.deepEqual(unitFields.get('serial_number'), { pattern: '^SN-' });
  });

  it('is no procedure without phases, and one with an error of syntax is', () => {
    assert.equal(readProcedure('services:\n  web: {}\n', file), undefined);
    assert.equal(readProcedure('', file), undefined);
    assert.equal(readProcedure('- a\n', file), undefined);
    assert.deepEqual(
      readProcedure('name: "x\nmain:\n  - name: a\n', file)
        ?.problems.map(({ kind }) => kind)
        .slice(0, 1),
      ['syntax'],
    );
  });

  it('is read as far as it can be understood', () => {
    const source = withMain(
      '  - 7\n  - name: [x]\n  - name: Ok\n    key: 5\n    measurements: yes\n    ui: {components: 3}\n',
    );
    const { phases } = readProcedure(source, file) ?? assert.fail();
    assert.deepEqual(
      phases.map(({ key }) => key),
      ['ok'],
    );
  });

  it('survives aliases that are expanded again and again', () => {
    const bomb = [
      'a: &a [1,1,1,1,1,1,1,1,1]',
      ...'bcdefgh'.split('').map((each, at) => {
        const before = 'abcdefg'[at] ?? '';
        return `${each}: &${each} [${Array(9).fill(`*${before}`).join()}]`;
      }),
    ].join('\n');
    assert.doesNotThrow(() => readProcedure(`${bomb}\nmain: [{name: x}]\n`, file));
  });
});

describe('the problems of a procedure.yaml', () => {
  it('are shown where they are written', () => {
    const cases: [source: string, problem: string][] = [
      [withMain('  - name: a\n    pyhton: x\n'), 'unknownKey pyhton | pyhton: x'],
      ['main:\n  - name: a\n', 'missing name | main:'],
      [withMain('  - python: a\n'), 'missing name | - python: a'],
      ['name: n\nsetup:\n  - name: a\n', 'missing main | name: n'],
      [withMain('  - name: a\n  - name: A\n'), 'duplicate a | - name: A'],
      [withMain('  - name: a\n    python: x\n    executable: {command: y}\n'), 'twoWays a | executable: {command: y}'],
      [withMain('  - name: a\n    depends_on: [b]\n'), 'unknownPhase b | depends_on: [b]'],
      [withMain('  - name: a\n    depends_on: [a]\n'), 'cycle a | depends_on: [a]'],
      [
        withMain(
          '  - name: a\n    measurements:\n      - name: v\n        validators:\n          - {operator: ">=", expected_value: 2}\n          - {operator: "<=", expected_value: 1}\n',
        ),
        'contradiction v | - {operator: ">=", expected_value: 2}',
      ],
      [
        withMain('  - name: a\n    ui:\n      components:\n        - type: select\n'),
        'noOptions select | - type: select',
      ],
      [
        `${withMain('  - name: a\n')}unit:\n  auto_identify: true\n  serial_number: {default_value: S}\n`,
        'noDefault part_number | auto_identify: true',
      ],
      [
        `${withMain('  - name: a\n')}execution:\n  slots: [{name: a}, {name: b}]\n`,
        'severalSlots  | slots: [{name: a}, {name: b}]',
      ],
    ];
    for (const [source, problem] of cases) assert.deepEqual(problemsOf(source), [problem], source);
  });

  it('include values of the wrong type or size', () => {
    const [problem] = problemsOf(withMain('  - name: a\n    timeout: 0s\n'));
    assert.match(problem ?? '', /^invalid timeout: A duration.* \| timeout: 0s$/);
    for (const good of ['500ms', '1h30m', '1.5 s', 250]) {
      assert.deepEqual(problemsOf(withMain(`  - name: a\n    timeout: ${good}\n`)), [], String(good));
    }
    assert.equal(problemsOf(withMain('  - name: a\n    retry: {limit: 11}\n')).length, 1);
  });
});

describe('a reference to Python', () => {
  it('leads to a file and a name', () => {
    const targets = ['a.b:c', 'a.b', 'a/b:c', 'a/b.py:c', './b', '~/b:c', 'C:\\x\\b', 'C:\\x\\b:c'].map(pythonTarget);
    assert.deepEqual(
      targets.map(({ files, callable, isPath }) => [files[0], callable, isPath]),
      [
        ['a/b.py', 'c', false],
        ['a/b.py', 'b', false],
        ['a/b.py', 'c', true],
        ['a/b.py', 'c', true],
        ['./b.py', 'b', true],
        ['~/b.py', 'c', true],
        ['C:\\x\\b.py', 'b', true],
        ['C:\\x\\b.py', 'c', true],
      ],
    );
  });

  it('leads to the line of the function', () => {
    const source =
      'import x\nfrom y import z\n\n\ndef checks():\n    pass\n\n\nasync def check():\n    pass\n\nclass Psu:\n    def inner(self): ...\n';
    assert.deepEqual(
      ['check', 'Psu', 'z', 'inner', 'none'].map((name) => definitionLine(source, name)),
      [9, 12, 2, undefined, undefined],
    );
  });
});

describe('the scan of a procedure.yaml', () => {
  it('has what features know of scripts: phases that run, lines of measurements, and a question for the procedure', () => {
    const scan = scanProcedure(board, 'procedure.yaml');
    assert.deepEqual(
      scan.phases.map(({ name }) => name),
      ['Connect', 'Check Spannung É', 'Off'],
    );
    assert.deepEqual(scan.phases[1]?.measurements, { supply_voltage: 18 });
    assert.deepEqual(
      scan.measurements.map(({ phase, name, literal }) => [phase, name, board.slice(literal.from, literal.to)]),
      [[['Check Spannung É'], ['supply_voltage'], 'Supply voltage']],
    );
    assert.deepEqual([scan.entry, scan.procedureArguments], [0, [{ kind: 'unnamed' }]]);
    const other = scanProcedure('services: {}\n', 'procedure.yaml');
    assert.deepEqual([other.isRunnable, other.entry, other.procedureArguments], [false, null, []]);
  });
});
