import assert from 'node:assert/strict';
import path from 'node:path';
import { it } from 'mocha';
import { randomNumbers } from '../server/random.ts';
import { Host } from './support/host.ts';
import { scriptFolder, withNewestPython } from './support/script.ts';

type Outcome = 'PASS' | 'FAIL' | 'ERROR' | 'SKIP';

/** What happens after a statement: the next one, after a failure that lets the test continue too, or none. */
type After = 'next' | 'failed' | 'skip' | 'pass' | 'fail';

interface Leaf {
  readonly row: string;
  readonly outcome: Outcome;
  readonly after: After;
  /** Whether a measurement is outside of its limits or without a meaning, which no handler makes good. */
  readonly lasting?: 'FAIL' | 'ERROR';
}

interface Block {
  readonly kind: 'IF' | 'ELSE' | 'FOR' | 'TRY';
  readonly body: readonly Statement[];
  readonly other: readonly Statement[];
}

type Statement = Leaf | Block;

const gentle: readonly Leaf[] = [
  { row: 'No Operation', outcome: 'PASS', after: 'next' },
  { row: 'Measure    m    1    0    2', outcome: 'PASS', after: 'next' },
  { row: 'Measure    m    ${5}', outcome: 'PASS', after: 'next' },
  { row: 'Run Keyword And Ignore Error    Fail    x', outcome: 'PASS', after: 'next' },
  { row: 'Skip    x', outcome: 'SKIP', after: 'skip' },
  { row: 'Pass Execution    x', outcome: 'SKIP', after: 'pass' },
];

const failing: readonly Leaf[] = [
  { row: 'Fail    x', outcome: 'FAIL', after: 'fail' },
  { row: 'Should Be Equal    a    b', outcome: 'FAIL', after: 'fail' },
  { row: 'Break Off', outcome: 'ERROR', after: 'fail' },
  { row: 'No Such Keyword', outcome: 'ERROR', after: 'fail' },
  { row: 'Measure    m    5    0    2', outcome: 'FAIL', after: 'failed', lasting: 'FAIL' },
  { row: 'Measure    m    text    0    2', outcome: 'ERROR', after: 'fail', lasting: 'ERROR' },
  {
    row: 'Run Keyword And Ignore Error    Measure    m    5    0    2',
    outcome: 'FAIL',
    after: 'next',
    lasting: 'FAIL',
  },
  { row: 'Run Keyword And Continue On Failure    Fail    x', outcome: 'FAIL', after: 'failed' },
];

const isLeaf = (statement: Statement): statement is Leaf => 'row' in statement;

class Suite {
  readonly #random: () => number;
  readonly #leaves: readonly Leaf[];
  /** Those in a TRY: without the keywords that end a test there, whatever its handler is. */
  readonly #tried: readonly Leaf[];

  constructor(seed: number, isGentle: boolean) {
    this.#random = randomNumbers(seed);
    this.#leaves = isGentle ? gentle : [...gentle.slice(0, 4), ...gentle, ...failing];
    this.#tried = [...gentle.slice(0, 4), ...(isGentle ? failing.slice(0, 4) : failing)];
  }

  statements(depth: number, leaves = this.#leaves): Statement[] {
    return Array.from({ length: 1 + Math.floor(this.#random() * 4) }, () => this.#statement(depth, leaves));
  }

  #statement(depth: number, leaves: readonly Leaf[]): Statement {
    if (depth > 0 && this.#random() < 0.35) {
      const kinds = ['IF', 'ELSE', 'FOR', 'TRY'] as const;
      const kind = kinds[Math.floor(this.#random() * kinds.length)] ?? 'IF';
      const body = this.statements(depth - 1, kind === 'TRY' ? this.#tried : leaves);
      return { kind, body, other: this.statements(depth - 1, leaves) };
    }
    return leaves[Math.floor(this.#random() * leaves.length)] ?? assert.fail();
  }
}

function rows(statements: readonly Statement[], indent = '    '): string[] {
  const deeper = `${indent}    `;
  return statements.flatMap((statement) => {
    if (isLeaf(statement)) return [indent + statement.row];
    const { kind, body, other } = statement;
    const [first, between] = {
      IF: ['IF    True', 'ELSE'],
      ELSE: ['IF    False', 'ELSE'],
      FOR: ['FOR    ${n}    IN    1    2', undefined],
      TRY: ['TRY', 'EXCEPT'],
    }[kind];
    const rest = between === undefined ? [] : [indent + between, ...rows(other, deeper)];
    return [`${indent}${first ?? ''}`, ...rows(body, deeper), ...rest, `${indent}END`];
  });
}

/** The oracle: says how the phases of a test end, by the documented rules, without Robot Framework and the runner. */
function execute(statements: readonly Statement[]): { outcomes: Outcome[]; after: After; lasting: Set<Outcome> } {
  const outcomes: Outcome[] = [];
  const lasting = new Set<Outcome>();
  let hasFailed = false;
  const run = (part: readonly Statement[]): After => {
    const result = execute(part);
    outcomes.push(...result.outcomes);
    for (const each of result.lasting) lasting.add(each);
    return result.after;
  };
  for (const statement of statements) {
    let after: After;
    if (isLeaf(statement)) {
      outcomes.push(statement.outcome);
      if (statement.lasting !== undefined) lasting.add(statement.lasting);
      ({ after } = statement);
    } else if (statement.kind === 'IF') after = run(statement.body);
    else if (statement.kind === 'ELSE') after = run(statement.other);
    else if (statement.kind === 'FOR') {
      after = run(statement.body);
      if (after === 'next' || after === 'failed') {
        const second = run(statement.body);
        after = second === 'next' ? after : second;
      }
    } else {
      const tried = execute(statement.body);
      for (const each of tried.lasting) lasting.add(each);
      const isCaught = tried.after === 'fail' || tried.after === 'failed';
      const own = tried.lasting.has('ERROR') ? 'ERROR' : tried.lasting.has('FAIL') ? 'FAIL' : undefined;
      outcomes.push(own ?? (isCaught || tried.after === 'skip' ? 'SKIP' : 'PASS'));
      after = isCaught ? run(statement.other) : tried.after;
    }
    if (after === 'failed') hasFailed = true;
    else if (after !== 'next') return { outcomes, after, lasting };
  }
  return { outcomes, after: hasFailed ? 'failed' : 'next', lasting };
}

const testCount = 40;

withNewestPython('Random suites of Robot Framework', (python) => {
  it('end as the documented rules say', async () => {
    const seed = Number(process.env['GENERATOR_SEED'] ?? Math.floor(Math.random() * 1e9));
    for (const isGentle of [true, false]) {
      const suite = new Suite(seed, isGentle);
      const tests = Array.from({ length: testCount }, () => suite.statements(2));
      const text = tests.flatMap((test, index) => [`T${index}`, ...rows(test)]).join('\n');
      const folder = await scriptFolder({
        'board.robot': `*** Settings ***\nLibrary    TestStations\nLibrary    board.py\n\n*** Variables ***\n\${SERIAL_NUMBER}    SN1\n\n*** Test Cases ***\n${text}\n`,
        'board.py': 'def break_off():\n    raise ValueError("broken")\n',
      });
      const host = await Host.run(python, path.join(folder, 'board.robot'));
      const ends = host.all('phase_complete');
      const all: Outcome[] = [];
      for (const [index, test] of tests.entries()) {
        const { outcomes } = execute(test);
        all.push(...outcomes);
        const seen = ends.filter(({ name }) => name === `T${index}` || name.startsWith(`T${index} / `));
        assert.deepEqual(
          seen.map(({ outcome }) => outcome).filter((each) => each !== 'SKIP'),
          outcomes.filter((each) => each !== 'SKIP'),
          `GENERATOR_SEED=${seed}\n${rows(test).join('\n')}\n${JSON.stringify(seen.map(({ name, outcome }) => [name, outcome]))}`,
        );
      }
      const worst = (['ERROR', 'FAIL', 'PASS'] as const).find((each) => all.includes(each)) ?? 'ERROR';
      assert.equal(host.one('run_complete').outcome, worst, `GENERATOR_SEED=${seed}`);
    }
  });
});
