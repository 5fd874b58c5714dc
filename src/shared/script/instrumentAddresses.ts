export interface WrittenAddress {
  readonly address: string;
  readonly line: number;
}

const visaAddress = String.raw`(?<![\w:])(?:TCPIP|USB|GPIB|ASRL|PXI|VXI)[^\s"'${'`'},;()[\]{}<>]*?::[^\s"'${'`'},;()[\]{}<>]+`;
const serialDevice = String.raw`/dev/(?:tty|cu\.)[\w.-]+|/dev/serial/by-(?:id|path)/[\w.:+-]+`;
const comPort = String.raw`(?<![\w.])COM[1-9]\d{0,2}(?![\w.])`;
const pattern = new RegExp(`${visaAddress}|${serialDevice}|${comPort}`, 'gi');

/** Finds VISA addresses and names of serial ports, such as `GPIB0::8::INSTR`, `/dev/ttyUSB0` and `COM3`, anywhere in a file. */
export function findAddresses(source: string): WrittenAddress[] {
  let line = 1;
  let last = 0;
  return [...source.matchAll(pattern)].map(({ 0: address, index }) => {
    line += source.slice(last, index).split('\n').length - 1;
    last = index;
    return { address, line };
  });
}

/**
 * Returns a text that is the same for all ways to write an address: case, and the parts that VISA adds if they are left out
 * (VPP-4.3, "Address String Grammar"). A serial port is the same by its name and by its VISA address.
 */
export function addressKey(address: string): string {
  const [head = '', ...rest] = address.split('::');
  const [, bus = '', board = ''] = /^(TCPIP|USB|GPIB|ASRL|PXI|VXI)(.*)$/i.exec(head) ?? [];
  if (rest.length === 0 || bus === '') return portKey(address);
  const kind = bus.toLowerCase();
  if (kind === 'asrl') return portKey(/^\d+$/.test(board) ? `COM${board}` : board);
  const parts = rest.map((part) => part.toLowerCase());
  if (!['instr', 'socket', 'raw', 'intfc', 'servant', 'backplane', 'memacc'].includes(parts.at(-1) ?? '')) {
    parts.push('instr');
  }
  if (parts.at(-1) === 'instr') {
    if (kind === 'tcpip' && parts.length === 2) parts.splice(1, 0, 'inst0');
    if (kind === 'usb') {
      if (parts.length === 4) parts.splice(3, 0, '0');
      for (const index of [0, 1]) parts[index] = String(Number(parts[index]));
    }
  }
  return [kind, board === '' ? '0' : board, ...parts].join('::');
}

const portKey = (name: string): string => `port ${/^com\d+$/i.test(name) ? name.toLowerCase() : name}`;
