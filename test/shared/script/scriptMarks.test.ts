import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { TextSpan } from '../../../src/shared/script/scriptInfo.ts';
import { scanScript } from '../../../src/shared/script/scriptScan.ts';

const v1 = 'from tofupilot import TofuPilotClient\n';
const htf = 'import openhtf as htf\nfrom tofupilot.openhtf import TofuPilot\n';

const at = (source: string, { from, to }: TextSpan): string => source.slice(from, to);

/** The line that the lenses stand above. */
function entryLine(source: string): string | undefined {
  const { entry } = scanScript(source);
  return entry === null ? undefined : source.slice(entry).split('\n')[0];
}

/** The source without each written key's argument. */
function cleaned(source: string): string {
  const [key] = scanScript(source).keys;
  assert.ok(key?.argument);
  return source.slice(0, key.argument.from) + source.slice(key.argument.to);
}

describe('the entry of a script', () => {
  it('is the test of an OpenHTF script', () => {
    const main = 'def main():\n    test = htf.Test(\n        phase_one,\n    )\n';
    assert.equal(entryLine(`${htf}${main}if __name__ == "__main__":\n    main()\n`), 'test = htf.Test(');
    assert.equal(entryLine('from openhtf import Test\nwith Test(a) as t:\n    pass\n'), 'with Test(a) as t:');
  });

  it('is what Python starts in a script that pushes by a client', () => {
    const main = 'def main():\n    TofuPilotClient().create_run(procedure_id="A")\n';
    assert.equal(entryLine(`${v1}${main}if __name__ == '__main__':\n    main()\n`), "if __name__ == '__main__':");
    assert.equal(entryLine(`${v1}client.create_run(procedure_id="A")\n`), 'client.create_run(procedure_id="A")');
    assert.equal(entryLine('import time, tofupilot.v2\nclient.runs.create()\n'), 'client.runs.create()');
  });

  it('is the first phase of a script without a client', () => {
    const phases = '@timed\ndef phase_one():\n    pass\n\ndef phase_two():\n    pass\n';
    assert.equal(entryLine(`${phases}phase_one()\nphase_two()\n`), '@timed');
  });

  it('is nowhere in files that run no test', () => {
    assert.equal(entryLine(`${htf}@htf.measures("a")\ndef phase_one(test):\n    pass\n`), undefined);
    assert.equal(entryLine('def phase_shift(signal):\n    return signal\n'), undefined);
    assert.equal(entryLine('class A:\n    def phase_one(self):\n        pass\nphase_one()\n'), undefined);
    assert.equal(entryLine('from unittest import Test\nTest(a)\n'), undefined);
    assert.equal(entryLine('from .openhtf import Test\nTest(a)\n'), undefined);
    assert.equal(entryLine('import my.openhtf\nTest(a)\n'), undefined);
    assert.equal(entryLine(''), undefined);
  });
});

describe('the procedures of a script', () => {
  it('are marked at their literals', () => {
    const source = `${htf}htf.Test(a, procedure_id='FVT1')\nhtf.Test(a, procedure_id=" FVT2 ")\n`;
    const { procedures } = scanScript(source);
    assert.deepEqual(
      procedures.map(({ id, literal, takesOnlyId }) => [id, at(source, literal), takesOnlyId]),
      [
        ['FVT1', "'FVT1'", false],
        ['FVT2', '" FVT2 "', false],
      ],
    );
  });

  it('are marked where a constant has them', () => {
    const source = `${v1}PROCEDURE = "FVT1"\nclient.create_run(procedure_id=PROCEDURE)\n`;
    const [procedure] = scanScript(source).procedures;
    assert.equal(procedure?.literal.from, source.indexOf('"FVT1"'));
  });

  it('need their id for the v2 client', () => {
    const [procedure] = scanScript('import tofupilot.v2\nclient.runs.create(procedure_id="FVT1")\n').procedures;
    assert.equal(procedure?.takesOnlyId, true);
  });

  it('are not marked where only running tells, where none is given, and in other files', () => {
    const none = ['procedure_id=f"{a}"', 'procedure_id=""', 'procedure_id=name()', 'part_number="A"'];
    for (const argument of none) assert.deepEqual(scanScript(`${htf}htf.Test(${argument})\n`).procedures, [], argument);
    assert.deepEqual(scanScript('client.create_run(procedure_id="FVT1")\n').procedures, []);
  });
});

describe('the keys that stand in a script', () => {
  const shaped = `tss_${'a-_9'.repeat(10)}`;

  it('are marked where a client takes them, without being told', () => {
    for (const call of [
      'TofuPilot(test, api_key="abc")',
      'c.TofuPilotClient(api_key="abc")',
      "upload(api_key='abc')",
    ]) {
      const { keys } = scanScript(`${call}\n`);
      assert.equal(keys.length, 1, call);
      assert.ok(!JSON.stringify(keys).includes('abc'));
    }
  });

  it('are known by their shape in any string', () => {
    for (const text of [
      `"${shaped}"`,
      `'Bearer ${shaped}'`,
      `b"${shaped}"`,
      `f"${shaped}{x}"`,
      `"""\n${shaped}\n"""`,
    ]) {
      const source = `x = ${text}\n`;
      const [key, ...more] = scanScript(source).keys;
      assert.ok(key, text);
      assert.deepEqual([at(source, key.literal), key.argument, more], [text, null, []]);
    }
  });

  it('are marked once, at the constant that has them', () => {
    const source = `KEY = "${shaped}"\nTofuPilotClient(api_key=KEY)\n`;
    const [key, ...more] = scanScript(source).keys;
    assert.deepEqual(more, []);
    assert.ok(key?.argument);
    assert.equal(at(source, key.literal), `"${shaped}"`);
    assert.equal(at(source, key.argument), 'api_key=KEY');
  });

  it('are not marked in comments, in other calls, and where there is none', () => {
    const none = [
      `# TofuPilotClient(api_key="${shaped}")`,
      'other(api_key="abc")',
      'TofuPilotClient(api_key="")',
      'TofuPilotClient(api_key=os.environ["KEY"])',
      'x = "tss_short"',
    ];
    for (const source of none) assert.deepEqual(scanScript(`${source}\n`).keys, [], source);
  });

  it('leave with their comma', () => {
    assert.equal(cleaned('TofuPilotClient(api_key="abc")'), 'TofuPilotClient()');
    assert.equal(cleaned('TofuPilot(test, api_key="abc")'), 'TofuPilot(test)');
    assert.equal(cleaned('TofuPilot(test, api_key="abc", url=u)'), 'TofuPilot(test, url=u)');
    assert.equal(cleaned('TofuPilotClient(api_key="abc", url=u)'), 'TofuPilotClient(url=u)');
    assert.equal(cleaned('TofuPilot(\n    test,\n    api_key="abc",\n)'), 'TofuPilot(\n    test,\n)');
    assert.equal(cleaned('TofuPilotClient(\n    api_key="abc",\n)'), 'TofuPilotClient(\n    \n)');
  });
});
