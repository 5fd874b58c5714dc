import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { place, seen, useImport } from './useImport.ts';

const namespaces =
  'xmlns:trc="urn:IEEE-1636.1:2011:01:TestResultsCollection" xmlns:tr="urn:IEEE-1636.1:2011:01:TestResults" ' +
  'xmlns:c="urn:IEEE-1671:2010:Common" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ' +
  'xmlns:ts="www.ni.com/TestStand/ATMLTestResults/2.0"';

interface Result {
  serial: string;
  steps: string;
  outcome?: string;
  start?: string;
}

/** The structure of a report of NI TestStand. */
const result = ({ serial, steps, outcome = 'value="Passed"', start = '2026-03-02T08:15:30.5' }: Result): string => `
  <trc:TestResults uuid="id-of-${serial}">
    <tr:Personnel><tr:SystemOperator ID="ada" name="Ada"/></tr:Personnel>
    <tr:ResultSet ID="0" name="fvt.seq#MainSequence" startDateTime="${start}" endDateTime="2026-03-02T08:15:43">
      <tr:Outcome ${outcome}/>
      <tr:Extension><ts:TSResultSetProperties><ts:TestSocketIndex value="2"/><ts:BatchSerialNumber>B7</ts:BatchSerialNumber></ts:TSResultSetProperties></tr:Extension>
      ${steps}
    </tr:ResultSet>
    <tr:UUT UutType="Hardware">
      <c:SerialNumber>${serial}</c:SerialNumber>
      <c:Definition><c:Identification><c:IdentificationNumbers>
        <c:IdentificationNumber number="X" type="Model" qualifier="Model"/><c:IdentificationNumber number="PCBA01" type="Part" qualifier="Part"/>
      </c:IdentificationNumbers></c:Identification></c:Definition>
    </tr:UUT>
    <tr:TestStation><c:SerialNumber>ATE-3</c:SerialNumber></tr:TestStation>
    <tr:TestProgram name="fvt"/>
  </trc:TestResults>`;
const collection = (...results: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<trc:TestResultsCollection ${namespaces}>${results.join('')}\n</trc:TestResultsCollection>\n`;

const double = (value: string, unit = ''): string =>
  `<c:Datum value="${value}"${unit && ` nonStandardUnit="${unit}"`} xsi:type="ts:TS_double" flags="0x0400"/>`;
const text = (value: string): string => `<c:Datum xsi:type="ts:TS_string"><c:Value>${value}</c:Value></c:Datum>`;
const limit = (comparator: string, datum: string): string => `<c:Limit comparator="${comparator}">${datum}</c:Limit>`;
const measured = (name: string, datum: string, limits = '', outcome = ''): string =>
  `<tr:TestResult name="${name}">${limits && `<tr:TestLimits><tr:Limits>${limits}</tr:Limits></tr:TestLimits>`}${
    outcome && `<tr:Outcome value="${outcome}"/>`
  }<tr:TestData>${datum}</tr:TestData></tr:TestResult>`;
const test = (name: string, outcome: string, ...content: readonly string[]): string =>
  `<tr:Test name="${name}" startDateTime="2026-03-02T08:15:31" endDateTime="2026-03-02T08:15:32"><tr:Outcome ${outcome}/>${content.join('')}</tr:Test>`;
const passed = 'value="Passed"';
const failed = 'value="Failed"';

describe('server.js import of ATML Test Results', function () {
  this.timeout(120_000);
  const { write, command, imported, runsOf, runOf } = useImport();
  const zone = ['--time-zone', 'Europe/Berlin'];
  const pair = (low: string, high: string, operator = 'AND'): string =>
    `<c:LimitPair operator="${operator}">${low}${high}</c:LimitPair>`;

  it('stores a report of TestStand with its steps, limits, times and source once', async () => {
    const steps = [
      `<tr:TestGroup callerName="Power" name="fvt.seq#Power"><tr:Outcome value="Failed"/>`,
      test(
        'Voltage',
        passed,
        measured('Numeric', double('3.3', 'V'), pair(limit('GE', double('3.2')), limit('LE', double('3.4')))),
      ),
      test(
        'Rails',
        failed,
        measured('1V8', double('1.81', 'V'), pair(limit('GT', double('1.7')), limit('LT', double('1.9'))), 'Passed'),
        measured('5V', double('NaN', 'V'), `<c:SingleLimit comparator="GE">${double('4.9')}</c:SingleLimit>`, 'Failed'),
        measured('offset', double('-Infinity'), `<c:SingleLimit comparator="LE">${double('INF')}</c:SingleLimit>`),
      ),
      `</tr:TestGroup>`,
      test(
        'Firmware',
        passed,
        measured('String', text('1.4 &amp; up'), `<c:Expected comparator="EQ">${text('1.4 &amp; up')}</c:Expected>`),
      ),
      test('Label', passed, measured('String', text('a1'), `<c:Expected comparator="CIEQ">${text('A1')}</c:Expected>`)),
      test('LED', passed, measured('PassFail', '<c:Datum value="true" xsi:type="ts:TS_boolean"/>')),
      test(
        'Band',
        passed,
        measured('Numeric', double('9'), pair(limit('LT', double('4')), limit('GT', double('6')), 'OR')),
      ),
      test('Register', passed, measured('Numeric', '<c:Datum value="0xFFFFFFFFFFFFFFFF" xsi:type="c:hexadecimal"/>')),
      test(
        'Untyped',
        passed,
        measured(
          'Numeric',
          '<c:Datum value="2.50" unit="A"/>',
          pair(limit('GE', '<c:Datum value="2"/>'), limit('LE', '<c:Datum value="3"/>')),
        ),
      ),
      test(
        'Sweep',
        passed,
        measured(
          'NumericArray',
          '<c:IndexedArray dimensions="[2]" xsi:type="c:doubleArray"><c:Element position="[0]" value="1"/><c:Element position="[1]" value="2.5"/></c:IndexedArray>',
        ),
      ),
      test('Skipped', 'value="NotStarted" qualifier="Skipped"'),
      '<tr:SessionAction name="Wait"><tr:ActionOutcome value="Done"/><tr:Data/></tr:SessionAction>',
    ].join('\n');
    const file = write('teststand.xml', collection(result({ serial: 'ATML-1', steps, outcome: failed })));
    const stdout = await imported(...zone, file);
    assert.match(stdout, /^Stored: 1\. Already stored: 0\. Bad: 0\.$/m);
    assert.match(stdout, /no place for these fields.*: SessionAction\.Data \(1\), TestProgram \(1\)\./);
    const run = await runOf('ATML-1');
    assert.deepEqual([run.outcome, run.unit.part.number, run.unit.batch?.number], ['FAIL', 'PCBA01', 'B7']);
    assert.deepEqual([run.started_at, run.ended_at], ['2026-03-02T07:15:30.500Z', '2026-03-02T07:15:43.000Z']);
    assert.deepEqual(run.metadata, {
      atml_id: 'id-of-ATML-1',
      sequence: 'fvt.seq#MainSequence',
      machine: 'ATE-3',
      operator: 'Ada',
      socket: '2',
      import_format: 'atml',
      import_source: 'teststand.xml:3',
    });
    const bare = { units: null, lower: null, upper: null };
    assert.deepEqual(seen(run), [
      { phase: 'Power / Voltage', name: 'Voltage', outcome: 'PASS', units: 'V', value: 3.3, lower: 3.2, upper: 3.4 },
      { phase: 'Power / Rails', name: '1V8', outcome: 'PASS', units: 'V', value: 1.81, lower: 1.7, upper: 1.9 },
      { phase: 'Power / Rails', name: '5V', outcome: 'FAIL', units: 'V', value: 'nan', lower: 4.9, upper: null },
      { ...bare, phase: 'Power / Rails', name: 'offset', outcome: 'UNSET', value: '-inf' },
      { ...bare, phase: 'Firmware', name: 'Firmware', outcome: 'PASS', value: '1.4 & up' },
      { ...bare, phase: 'Label', name: 'Label', outcome: 'PASS', value: 'a1' },
      { ...bare, phase: 'LED', name: 'LED', outcome: 'PASS', value: true },
      { ...bare, phase: 'Band', name: 'Band', outcome: 'PASS', value: 9 },
      {
        ...bare,
        phase: 'Register',
        name: 'Register',
        outcome: 'PASS',
        value: 2 ** 64,
      },
      { phase: 'Untyped', name: 'Untyped', outcome: 'PASS', units: 'A', value: 2.5, lower: 2, upper: 3 },
      { ...bare, phase: 'Sweep', name: 'Sweep', outcome: 'PASS', value: null },
    ]);
    const rulesOf = (phase: string) =>
      run.phases
        .find(({ name }) => name === phase)
        ?.measurements.flatMap(({ validators }) => (validators ?? []).map(({ expression }) => expression));
    assert.deepEqual(rulesOf('Power / Rails'), ['x > 1.7', 'x < 1.9', 'x >= 4.9']);
    assert.deepEqual(rulesOf('Firmware'), ["x == '1.4 & up'"]);
    assert.deepEqual(rulesOf('Label'), ["x == 'A1', ignoring case"]);
    assert.deepEqual(rulesOf('Band'), ['x < 4 or x > 6']);
    assert.deepEqual(
      run.phases
        .map(({ name, outcome }) => [name, outcome])
        .slice(0, 2)
        .concat(run.phases.slice(-2).map(({ name, outcome }) => [name, outcome])),
      [['Power / Voltage', 'PASS'], ['Power / Rails', 'FAIL'], ['Skipped', 'SKIP'], ['Wait', 'PASS']], // prettier-ignore
    );
    assert.match(await imported(...zone, file), /^Stored: 0\. Already stored: 1\. Bad: 0\.$/m);
  });

  it('maps what TestStand adds to outcomes, and refuses results that neither passed nor failed', async () => {
    const steps = test('T', 'value="Passed"');
    const results = [
      result({ serial: 'ATML-E', steps, outcome: 'value="Aborted" qualifier="Error"' }),
      result({ serial: 'ATML-T', steps, outcome: 'value="Aborted" qualifier="Terminated"' }),
      result({ serial: 'ATML-D', steps, outcome: 'value="UserDefined" qualifier="Done"' }),
      result({ serial: 'ATML-N', steps, outcome: '' }),
      result({ serial: 'ATML-U', steps: test('T', 'value="UserDefined" qualifier="Odd"') }),
      result({ serial: 'ATML-X', steps: test('T', passed, measured('Numeric', double('3,3'))) }),
    ];
    const { code, stdout, stderr } = await command(...place, ...zone, write('outcomes.xml', collection(...results)));
    assert.equal(code, 1);
    assert.match(stdout, /^Stored: 2\. Already stored: 0\. Bad: 4\.$/m);
    assert.equal((await runOf('ATML-E')).outcome, 'ERROR');
    assert.equal((await runOf('ATML-T')).outcome, 'ABORTED');
    assert.match(stderr, /outcomes\.xml:35: The outcome of the result is "Done"/);
    assert.match(stderr, /outcomes\.xml:51: The outcome of the result is "missing"/);
    assert.match(stderr, /The outcome of step "T" \(line \d+\) is "Odd"/);
    assert.match(stderr, /"T" \(line \d+\) has "3,3", which is not a number/);
  });

  it('keeps a sequence that failed for a reason of its own as a failed phase', async () => {
    const steps = `<tr:TestGroup callerName="Setup" name="x"><tr:Outcome value="Aborted" qualifier="Error"/>${test('T', passed)}</tr:TestGroup>`;
    await imported(
      ...zone,
      write('group.xml', collection(result({ serial: 'ATML-G', steps, outcome: 'value="Aborted" qualifier="Error"' }))),
    );
    assert.deepEqual(
      (await runOf('ATML-G')).phases.map(({ name, outcome }) => [name, outcome]),
      [['Setup / T', 'PASS'], ['Setup', 'ERROR']], // prettier-ignore
    );
  });

  it('reads a single result, other namespaces and UTF-16, and asks for the time zone only where a time names none', async () => {
    const steps = test('T', passed);
    const inCollection = result({ serial: 'ATML-S', steps, start: '2026-03-02T08:15:30+01:00' });
    const single = inCollection
      .replaceAll('trc:TestResults', 'TestResults')
      .replaceAll('tr:', '')
      .replace(
        '<TestResults',
        '<TestResults xmlns="http://www.ieee.org/ATML/2007/TestResults" xmlns:c="http://www.ieee.org/ATML/2006/Common" xmlns:ts="x"',
      )
      .replaceAll(/(startDateTime|endDateTime)="([^"+]*)"/g, '$1="$2+01:00"');
    const utf16 = Buffer.from(`\uFEFF<?xml version="1.0" encoding="UTF-16"?>${single}`, 'utf16le');
    await imported(write('single.xml', utf16));
    assert.equal((await runOf('ATML-S')).started_at, '2026-03-02T07:15:30.000Z');
    const zoneless = await command(...place, write('zoneless.xml', collection(result({ serial: 'ATML-Z', steps }))));
    assert.match(
      zoneless.stderr,
      /zoneless\.xml:3: startDateTime of ".*" has .* names no time zone\. Name it: --time-zone/,
    );
  });

  it('stores the complete results of a file that ends too early, and names the line of the one that is cut off', async () => {
    const steps = test('T', passed);
    const whole = collection(result({ serial: 'ATML-C1', steps }), result({ serial: 'ATML-C2', steps }));
    const cut = write('cut.xml', whole.slice(0, whole.lastIndexOf('<tr:UUT')));
    const { code, stdout, stderr } = await command(...place, ...zone, cut);
    assert.equal(code, 1);
    assert.match(stdout, /^Stored: 1\. Already stored: 0\. Bad: 1\.$/m);
    assert.match(stderr, /cut\.xml:19: The file is not well-formed XML: .*unclosed tag/);
    assert.deepEqual(await runsOf('ATML-C2'), []);
    assert.match(await imported(...zone, write('cut.xml', whole)), /^Stored: 1\. Already stored: 1\. Bad: 0\.$/m);
  });

  it('refuses document types, unknown entities, endless nesting, other XML and other encodings', async () => {
    const steps = test('T', passed);
    const good = collection(result({ serial: 'ATML-BAD', steps }));
    const laughs = `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>`;
    const cases: [string | Buffer, RegExp][] = [
      [good.replace('<trc:TestResultsCollection', `${laughs}<trc:TestResultsCollection`), /document type \(DOCTYPE\)/],
      [
        good.replace(
          '<trc:TestResultsCollection',
          `<!DOCTYPE x SYSTEM "file:///etc/passwd"><trc:TestResultsCollection`,
        ),
        /DOCTYPE/,
      ],
      [good.replace('ATML-BAD', '&b;'), /well-formed.*entity/],
      [good.replace(steps, '<tr:TestGroup>'.repeat(100_000)), /nested more than 200 deep/],
      ['<testsuite/>', /not ATML Test Results/],
      [good.replace('UTF-8', 'EBCDIC-1'), /encoding "EBCDIC-1"/],
      [Buffer.from(good.replace('fvt.seq', 'µ'), 'latin1'), /not in the encoding utf-8/],
    ];
    for (const [content, reason] of cases) {
      const { code, stdout, stderr } = await command(...place, ...zone, write('refused.xml', content));
      assert.equal(code, 1);
      assert.match(stdout, /^Stored: 0\. Already stored: 0\. Bad: 1\.$/m);
      assert.match(stderr, reason);
    }
    assert.deepEqual(await runsOf('ATML-BAD'), []);
  });
});
