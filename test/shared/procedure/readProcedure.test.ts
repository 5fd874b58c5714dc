import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { scanProcedure } from '../../../src/shared/procedure/procedureScan.ts';
import { definitionLine, pythonTarget } from '../../../src/shared/procedure/pythonReference.ts';
import { readProcedure } from '../../../src/shared/procedure/readProcedure.ts';
import { procedureFiles } from '../../../src/shared/script/testFiles.ts';
import { Random } from '../../../src/shared/statistics/random.ts';

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

  it('may use an anchor as often as it needs', () => {
    const phases = Array.from({ length: 300 }, (_, at) => `  - name: p${at}\n    measurements: *list\n`);
    const anchor = '  - name: first\n    measurements: &list [{ name: v, validators: [] }]\n';
    const reading = readProcedure(withMain(anchor + phases.join('')), file);
    assert.deepEqual([reading?.phases.length, reading?.problems], [301, []]);
  });

  it('has each alias at the anchor that is nearest before it', () => {
    const source =
      'name: n\nsetup: [&p { name: a, python: x }]\nmain: [*p, &p { name: b, python: y }]\nteardown: [*p]\n';
    const { phases } = readProcedure(source, file) ?? assert.fail();
    const written = phases.map(({ python }) => source.slice(python?.span.from, python?.span.to));
    assert.deepEqual(written, ['x', 'x', 'y', 'y']);
  });

  it('may begin with ---, a mark of the byte order or a comment, and may have lines of Windows', () => {
    const plain = withMain('  - name: a\n    python: x\n');
    for (const source of [`---\n${plain}...\n`, `\uFEFF${plain}`, `# main\n${plain}`, plain.replaceAll('\n', '\r\n')]) {
      const reading = readProcedure(source, file);
      assert.deepEqual(reading?.problems, [], source);
      const { from, to } = reading.phases[0]?.python?.span ?? assert.fail(source);
      assert.equal(source.slice(from, to), 'x');
    }
  });

  it('never fails, and has its problems and phases within the text, whatever is changed in it', () => {
    const seed = Number(process.env['GENERATOR_SEED'] ?? 5);
    const count = Number(process.env['GENERATOR_COUNT'] ?? 150);
    const random = new Random(seed);
    const yaml = [
      '&a ',
      '*a',
      '- ',
      ': ',
      '\t',
      '---\n',
      '%YAML 1.1\n',
      '!x ',
      '? ',
      '<<: *a',
      '|\n',
      '#',
      '{',
      ']',
    ] as const;
    const words = ['"', "'", '\r', '\0', '\u{1F600}', '\uD800', '\uFEFF', '1e400', '~', '__proto__: {a: 1}\n'] as const;
    const pieces = [...yaml, ...words, '\n', '  ', ',', '&a [*a]'] as const;
    for (let round = 0; round < count; round += 1) {
      let source = random.pick([board, board.replaceAll('\n', '\r\n'), `\uFEFF${board}`]);
      for (let change = 0; change < 1 + random.next() * 4; change += 1) {
        const at = Math.floor(random.next() * (source.length + 1));
        const removed = random.next() < 0.5 ? 0 : Math.floor(random.next() * 20);
        source = source.slice(0, at) + random.pick(pieces) + source.slice(at + removed);
        if (random.next() < 0.1) source = source.slice(0, at);
      }
      const about = `seed ${seed}, round ${round}: ${JSON.stringify(source)}`;
      const reading = readProcedure(source, file);
      const lineCount = source.split('\n').length;
      const phases = reading?.phases ?? [];
      const spans = [
        ...(reading?.problems ?? []).map(({ span }) => span),
        ...phases.flatMap(({ python, measurementSpans }) => [
          ...(python === null ? [] : [python.span]),
          ...Object.values(measurementSpans),
        ]),
      ];
      for (const { from, to } of spans) assert.ok(0 <= from && from <= to && to <= source.length, about);
      for (const { line, endLine } of phases) assert.ok(1 <= line && line <= endLine && endLine <= lineCount, about);
      assert.ok(phases.length === 0 || procedureFiles.mayDefineTests(source), about);
    }
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

  it('include a second document, which the engine would refuse', () => {
    const two = `${withMain('  - name: a\n')}---\nname: b\n`;
    assert.deepEqual(problemsOf(two), ['syntax A procedure is one document. | ---']);
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

describe('the definition of a Python function', () => {
  const found: [source: string, line: number][] = [
    ['from .power import (\n    other,\n    check,\n)\n', 3],
    ['from .power import (  # all\n    other, check as x, check\n)\n', 2],
    ['from .power import (a,\n  check)\n', 2],
    ['try:\n    from fast import check\nexcept ImportError:\n    def check(): ...\n', 2],
    ['if True:\n    pass\nelse:\n    async def check(): ...\n', 4],
    ['import os\nfrom .power import *\n', 2],
    ['from .power import *\ndef check(): ...\n', 2],
    ['\uFEFFdef check(): ...\n', 1],
    ['@decorated(\n  1,\n)\r\ndef check(\r\n): ...\r\n', 4],
    ['other = check = make()\n', 1],
    ['other, check = make()\n', 1],
    ['check: Callable = make()\n', 1],
  ];
  const lost = [
    'class Psu:\n    def check(self): ...\n',
    'def other():\n    from x import check\n    check = 1\n',
    '# from .power import check\n',
    'from .power import (\n    # check,\n    checks,\n    other as checking,\n)\n',
    'check == 1\n',
    'def checks(): ...\n',
    'run(\n    check,\n)\n',
  ];

  it('is found wherever Python would find it', () => {
    for (const [source, line] of found) assert.equal(definitionLine(source, 'check'), line, source);
  });

  it('is not found where it is of something else', () => {
    for (const source of lost) assert.equal(definitionLine(source, 'check'), undefined, source);
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
      scan.phases.map(({ group }) => group?.name),
      ['setup', 'main', 'teardown'],
    );
    for (const { group, line, endLine } of scan.phases) {
      assert.match(board.split('\n')[(group?.line ?? 0) - 1] ?? '', new RegExp(`^${group?.name}:`));
      assert.ok(group !== undefined && group.line < line && group.endLine >= endLine);
    }
    const single = scanProcedure('name: A\nmain:\n  - name: B\n', 'procedure.yaml');
    assert.equal(single.phases[0]?.group, undefined);
    assert.deepEqual(
      scan.measurements.map(({ phase, name, literal }) => [phase, name, board.slice(literal.from, literal.to)]),
      [[['Check Spannung É'], ['supply_voltage'], 'Supply voltage']],
    );
    assert.deepEqual([scan.entry, scan.procedureArguments], [0, [{ kind: 'unnamed' }]]);
    const other = scanProcedure('services: {}\n', 'procedure.yaml');
    assert.deepEqual([other.isRunnable, other.entry, other.procedureArguments], [false, null, []]);
  });
});
