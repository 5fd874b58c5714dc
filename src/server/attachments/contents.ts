export interface Content {
  readonly size: number;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

export interface StoredAttachment {
  id: string;
  name: string;
  size: number;
}

/** A folder, or a bucket of an object storage. A content has the id of its upload as its name, never one from a client. */
export interface Contents {
  /** May move the file. Replaces an earlier content of this id, and resolves when the content is durable. */
  put(id: string, file: string, content: Content): Promise<void>;
  /** Returns the content, which must be read or canceled. */
  open(id: string): Promise<ReadableStream<Uint8Array>>;
  readText(id: string): Promise<string>;
  remove(ids: readonly string[]): Promise<void>;
  all(): AsyncGenerator<string[]>;
}
