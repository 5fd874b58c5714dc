interface WrittenTest {
  readonly number: number;
  readonly text: string;
  readonly result: number;
  readonly flags: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly units: string;
  /** Only the first record of a test has its limits and units. */
  readonly isFirst: boolean;
}

/** Writes files in STDF V4 for tests: one head, and limits that include their own values. */
export class StdfWriter {
  readonly #isBig: boolean;
  readonly #records: Buffer[] = [];

  constructor(isBig: boolean) {
    this.#isBig = isBig;
    this.#add(0, 10, [this.u1(isBig ? 1 : 2), this.u1(4)]);
  }

  begin({ startedAt, lot }: { startedAt: number; lot: string }): this {
    const texts = [lot, 'PCBA', 'node', 'tester', 'job', '', '', ''].map((text) => this.cn(text));
    return this.#add(1, 10, [
      this.u4(0),
      this.u4(startedAt),
      this.u1(0),
      Buffer.from('P  '),
      this.u2(65535),
      Buffer.from(' '),
      ...texts,
    ]);
  }

  part(site: number): this {
    return this.#add(5, 10, [this.u1(1), this.u1(site)]);
  }

  parametric(site: number, { number, text, result, flags, low, high, units, isFirst }: WrittenTest): this {
    const option = 0x0e | (low === null ? 0x40 : 0) | (high === null ? 0x80 : 0);
    const statics = [
      this.cn(text),
      this.cn(''),
      ...[option, 0, 0, 0].map((each) => this.u1(each)),
      this.r4(low ?? 0),
      this.r4(high ?? 0),
      this.cn(units),
    ];
    const own = [this.u4(number), this.u1(1), this.u1(site), this.u1(flags), this.u1(0xc0), this.r4(result)];
    return this.#add(15, 10, isFirst ? [...own, ...statics] : own);
  }

  result(site: number, { flags, partId, duration }: { flags: number; partId: string; duration: number }): this {
    return this.#add(5, 20, [
      this.u1(1),
      this.u1(site),
      this.u1(flags),
      this.u2(1),
      this.u2(7),
      this.u2(65535),
      this.u2(0x8000),
      this.u2(0x8000),
      this.u4(duration),
      this.cn(partId),
    ]);
  }

  bytes(): Buffer {
    return Buffer.concat(this.#records);
  }

  #add(type: number, subtype: number, fields: readonly Buffer[]): this {
    const body = Buffer.concat(fields);
    this.#records.push(this.u2(body.length), Buffer.from([type, subtype]), body);
    return this;
  }

  private u1(value: number): Buffer {
    return Buffer.from([value]);
  }

  private u2(value: number): Buffer {
    const bytes = Buffer.from([value & 255, value >> 8]);
    return this.#isBig ? bytes.reverse() : bytes;
  }

  private u4(value: number): Buffer {
    const bytes = Buffer.from([value, value >>> 8, value >>> 16, value >>> 24].map((each) => each & 255));
    return this.#isBig ? bytes.reverse() : bytes;
  }

  private r4(value: number): Buffer {
    const bytes = Buffer.from(new Float32Array([value]).buffer);
    return this.#isBig ? bytes.reverse() : bytes;
  }

  private cn(text: string): Buffer {
    const bytes = Buffer.from(text);
    return Buffer.concat([this.u1(bytes.length), bytes]);
  }
}
