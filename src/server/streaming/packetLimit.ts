import { Transform, type TransformCallback } from 'node:stream';

/** MQTT writes the length of a packet behind its first byte: 7 bits a byte, the lowest first, at most four of them. */
const [moreBit, lengthBits, mostLengthBytes] = [0x80, 0x7f, 4];

/** Passes MQTT packets on, and fails at the head of one that is too large: the broker itself would gather it in memory. */
export class PacketLimit extends Transform {
  readonly #most: number;
  /** Bytes of the packet's body that are still to come; null: within its head. */
  #left: number | null = null;
  #head: number[] = [];

  /** @param most bytes of a packet */
  constructor(most: number) {
    super();
    this.#most = most;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#left === null) this.#takeHead(chunk[at++] ?? 0);
      const length = this.#left ?? 0;
      const skipped = Math.min(length, chunk.length - at);
      at += skipped;
      if (this.#left !== null) this.#left = length === skipped ? null : length - skipped;
      if ((this.#left ?? 0) > this.#most) {
        done(new Error(`A packet has more than ${this.#most} bytes.`));
        return;
      }
    }
    done(null, chunk);
  }

  #takeHead(byte: number): void {
    this.#head.push(byte);
    if (this.#head.length === 1) return;
    if ((byte & moreBit) !== 0 && this.#head.length <= mostLengthBytes) return;
    this.#left = this.#head.slice(1).reduce((sum, each, n) => sum + (each & lengthBits) * 128 ** n, 0);
    this.#head = [];
  }
}
