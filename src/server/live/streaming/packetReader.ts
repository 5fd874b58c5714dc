import { Transform, type TransformCallback } from 'node:stream';

/** MQTT writes the length of a packet after its first byte: 7 bits per byte, the lowest first, in up to four bytes. */
const moreBit = 0x80;
const lengthBits = 0x7f;
const maxLengthBytes = 4;

/** The types of MQTT packets that matter here; the type is in the upper 4 bits of a packet's first byte. */
export const packetTypes = { disconnect: 14 } as const;

/**
 * Passes MQTT packets on and reports the type of each whole one. Fails at the head of a packet that is too large: the MQTT
 * library itself would collect it in memory.
 */
export class PacketReader extends Transform {
  readonly #most: number;
  readonly #onPacket: (type: number) => void;
  /** Bytes of the packet's body that are still to come; null within its head. */
  #left: number | null = null;
  #head: number[] = [];
  #type = 0;

  /**
   * @param most the maximum number of bytes of a packet
   * @param onPacket called with the type of each packet that was read
   */
  constructor(most: number, onPacket: (type: number) => void) {
    super();
    this.#most = most;
    this.#onPacket = onPacket;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#left === null) this.#takeHead(chunk[at++] ?? 0);
      if (this.#left === null) continue;
      if (this.#left > this.#most) {
        done(new Error(`A packet has more than ${this.#most} bytes.`));
        return;
      }
      const taken = Math.min(this.#left, chunk.length - at);
      at += taken;
      this.#left -= taken;
      if (this.#left > 0) continue;
      this.#left = null;
      this.#onPacket(this.#type);
    }
    done(null, chunk);
  }

  #takeHead(byte: number): void {
    this.#head.push(byte);
    if (this.#head.length === 1) return;
    if ((byte & moreBit) !== 0 && this.#head.length <= maxLengthBytes) return;
    this.#left = this.#head.slice(1).reduce((sum, each, n) => sum + (each & lengthBits) * 128 ** n, 0);
    this.#type = (this.#head[0] ?? 0) >> 4;
    this.#head = [];
  }
}
