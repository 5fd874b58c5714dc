import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ImportError } from '../importedRecord.ts';

/** The types and subtypes of the records that are read, as one number. */
export const stdfType = {
  FAR: 0x000a,
  MIR: 0x010a,
  MRR: 0x0114,
  HBR: 0x0128,
  SBR: 0x0132,
  PMR: 0x013c,
  WIR: 0x020a,
  WRR: 0x0214,
  PIR: 0x050a,
  PRR: 0x0514,
  TSR: 0x0a1e,
  PTR: 0x0f0a,
  MPR: 0x0f0f,
  FTR: 0x0f14,
  BPS: 0x140a,
  EPS: 0x1414,
} as const;

export interface StdfRecord {
  readonly type: number;
  /** The position of the record in the file, after decompression. */
  readonly offset: number;
  readonly isLittleEndian: boolean;
  readonly body: Buffer;
}

const headerLength = 4;

const isFileStart = (bytes: Buffer): boolean => bytes.length >= 6 && bytes[2] === 0 && bytes[3] === 10;

export const isStdf = (bytes: Buffer): boolean =>
  isFileStart(bytes) && (bytes.readUInt16LE(0) === 2 || bytes.readUInt16BE(0) === 2);

export function bytesOf(path: string, isCompressed: boolean): AsyncIterable<Buffer> {
  const file = createReadStream(path);
  if (!isCompressed) return file;
  // The error is reported to the reader of the last stream.
  return pipeline(file, createGunzip(), () => {});
}

/** A record that cannot be read; nothing after it can be read either. */
export class StdfEndError extends ImportError {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/** A file may be several in one, each with its byte order. @throws StdfEndError if it ends within a record, or is not STDF V4 */
export async function* stdfRecords(chunks: AsyncIterable<Buffer>): AsyncGenerator<StdfRecord> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  let isLittleEndian: boolean | null = null;
  try {
    for await (const chunk of chunks) {
      let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (;;) {
        if (isFileStart(bytes)) isLittleEndian = byteOrderOf(bytes, offset);
        if (bytes.length < 6 && isLittleEndian === null) break;
        if (isLittleEndian === null) throw new StdfEndError(offset, 'The file does not begin with an FAR record.');
        if (bytes.length < headerLength) break;
        const end = headerLength + (isLittleEndian ? bytes.readUInt16LE(0) : bytes.readUInt16BE(0));
        if (bytes.length < end) break;
        const body = bytes.subarray(headerLength, end);
        yield { type: bytes.readUInt16BE(2), offset, isLittleEndian, body };
        bytes = bytes.subarray(end);
        offset += end;
      }
      rest = bytes;
    }
  } catch (error) {
    const isDamaged = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
    if (isDamaged) throw new StdfEndError(offset, `The compressed file is damaged or incomplete (${error.message}).`);
    throw error;
  }
  if (rest.length === 0) return;
  throw new StdfEndError(offset, `The file ends within a record: ${rest.length} bytes are left.`);
}

function byteOrderOf(bytes: Buffer, offset: number): boolean {
  const [cpu, version] = [bytes[4], bytes[5]];
  if (version !== 4) throw new StdfEndError(offset, `The file is STDF V${version}, and only V4 can be read.`);
  if (cpu === 1 || cpu === 2) return cpu === 2;
  throw new StdfEndError(
    offset,
    `The numbers of the file are those of a computer of type ${cpu}, which cannot be read.`,
  );
}
