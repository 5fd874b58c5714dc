import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { addressKey, findAddresses } from '../../../src/shared/script/instrumentAddresses.ts';
import { randomNumbers } from '../../server/random.ts';

const seed = Number(process.env['ADDRESS_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

/** Instruments, each with ways to write its address. */
const instruments = [
  ['GPIB0::8::INSTR', 'gpib::8', 'GPIB::8::INSTR'],
  ['GPIB0::8::2::INSTR', 'GPIB::8::2'],
  ['GPIB1::8::INSTR', 'gpib1::8::instr'],
  ['TCPIP0::192.168.0.5::inst0::INSTR', 'TCPIP::192.168.0.5::INSTR', 'tcpip::192.168.0.5'],
  ['TCPIP0::192.168.0.5::hislip0::INSTR', 'TCPIP::192.168.0.5::hislip0'],
  ['TCPIP0::192.168.0.5::5025::SOCKET', 'TCPIP::192.168.0.5::5025::SOCKET'],
  ['USB0::0x1AB1::0x04CE::DS1ZA1::0::INSTR', 'USB::0x1ab1::0x4ce::DS1ZA1::INSTR', 'USB0::6833::1230::DS1ZA1::INSTR'],
  ['USB0::0x1AB1::0x04CE::DS1ZA2::0::INSTR', 'USB::0x1AB1::0x04CE::DS1ZA2'],
  ['/dev/ttyUSB0', 'ASRL/dev/ttyUSB0::INSTR', 'asrl/dev/ttyUSB0::instr'],
  ['/dev/ttyUSB1', 'ASRL/dev/ttyUSB1::INSTR'],
  ['/dev/serial/by-id/usb-FTDI_FT232R-if00-port0'],
  ['COM3', 'com3', 'ASRL3::INSTR', 'ASRLCOM3::INSTR'],
  ['COM13', 'ASRL13::INSTR'],
];

const wrappings = [
  (address: string) => `power = rm.open_resource("${address}")`,
  (address: string) => `port: ${address}`,
  (address: string) => `Open Session    '${address}'    timeout=5`,
  (address: string) => `dmm = ("${address}", 9600)  # see the wiki`,
  (address: string) => `addresses = {\n  'dmm': "${address}",\n}`,
];

describe(`The addresses of instruments (ADDRESS_SEED=${seed})`, () => {
  it('are the same for all ways to write one, and differ for others', () => {
    const keys = instruments.map((ways) => new Set(ways.map(addressKey)));
    for (const [index, each] of keys.entries()) assert.equal(each.size, 1, instruments[index]?.join(' '));
    assert.equal(new Set(keys.flatMap((each) => [...each])).size, instruments.length);
  });

  it('are found with their lines in random files', () => {
    const random = randomNumbers(seed);
    const below = (n: number): number => Math.floor(random() * n);
    for (let round = 0; round < 200; round += 1) {
      const expected: { address: string; line: number }[] = [];
      let source = '';
      for (let count = below(6); count > 0; count -= 1) {
        source += '# a comment, with a class::method and a COMPORT\n'.repeat(below(3));
        const ways = instruments[below(instruments.length)] ?? [];
        const address = ways[below(ways.length)] ?? assert.fail();
        const text = wrappings[below(wrappings.length)]?.(address) ?? assert.fail();
        const before = (source + text.slice(0, text.indexOf(address))).split('\n').length;
        expected.push({ address, line: before });
        source += `${text}\n`;
      }
      assert.deepEqual(findAddresses(source), expected, source);
    }
  });

  it('are not found in what only looks like one', () => {
    for (const text of [
      'std::vector',
      'USB::',
      'A.COM3.b',
      'TELECOM3',
      '/dev/null',
      'COM0',
      '::8::INSTR',
      'MYGPIB::8',
    ]) {
      assert.deepEqual(findAddresses(text), [], text);
    }
  });
});
