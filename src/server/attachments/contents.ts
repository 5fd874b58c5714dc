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

/**
 * The place where the contents of attachments are stored: a folder, or a bucket of an object storage. A content is named after
 * the id of its upload, never after a name from a client.
 */
export interface Contents {
  /**
   * Stores a file that has been received completely, and may move it. Replaces a content that was stored before under this id.
   * Resolves when the content is durable.
   */
  put(id: string, file: string, content: Content): Promise<void>;
  /** Returns the content, which must be read or canceled. */
  open(id: string): Promise<ReadableStream<Uint8Array>>;
  readText(id: string): Promise<string>;
  remove(ids: readonly string[]): Promise<void>;
  all(): AsyncGenerator<string[]>;
}
