import { Transform, type TransformCallback } from 'node:stream';

/** MQTT writes the length of a packet after its first byte: 7 bits per byte, the lowest first, in up to four bytes. */
const moreBit = 0x80;
const lengthBits = 0x7f;
const maxLengthBytes = 4;

export const disconnectPacketType = 14;

/**
 * Passes MQTT packets on and reports the type of each whole one. Fails at the head of a packet that is too large: the MQTT
 * library itself would collect it in memory.
 */
export class PacketReader extends Transform {
  readonly #maxBytes: number;
  readonly #onPacket: (type: number) => void;
  #bodyBytesLeft: number | null = null;
  #head: number[] = [];
  #type = 0;

  constructor(maxBytes: number, onPacket: (type: number) => void) {
    super();
    this.#maxBytes = maxBytes;
    this.#onPacket = onPacket;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#bodyBytesLeft === null) this.#takeHead(chunk[at++] ?? 0);
      if (this.#bodyBytesLeft === null) continue;
      if (this.#bodyBytesLeft > this.#maxBytes) {
        done(new Error(`A packet has more than ${this.#maxBytes} bytes.`));
        return;
      }
      const taken = Math.min(this.#bodyBytesLeft, chunk.length - at);
      at += taken;
      this.#bodyBytesLeft -= taken;
      if (this.#bodyBytesLeft > 0) continue;
      this.#bodyBytesLeft = null;
      this.#onPacket(this.#type);
    }
    done(null, chunk);
  }

  #takeHead(byte: number): void {
    this.#head.push(byte);
    if (this.#head.length === 1) return;
    if ((byte & moreBit) !== 0 && this.#head.length <= maxLengthBytes) return;
    this.#bodyBytesLeft = this.#head.slice(1).reduce((sum, each, n) => sum + (each & lengthBits) * 128 ** n, 0);
    this.#type = (this.#head[0] ?? 0) >> 4;
    this.#head = [];
  }
}
