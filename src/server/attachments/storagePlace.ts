import { resolve } from 'node:path';

export type StoragePlace = { readonly folder: string } | BucketPlace;

export interface BucketPlace {
  readonly bucket: string;
  /** Empty, or it ends in a slash. */
  readonly prefix: string;
}

export interface StorageAccess {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
}

/** Reads `DIR` or `s3://bucket/prefix`. Returns null if the text is neither. */
export function readStoragePlace(text: string): StoragePlace | null {
  if (text === '') return null;
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) return { folder: resolve(text) };
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/+|((?:\/[\w.-]+)+)\/*)?$/.exec(text);
  if (match === null || /(^|\/)\.{1,2}(\/|$)/.test(match[2] ?? '')) return null;
  return { bucket: match[1] ?? '', prefix: match[2] === undefined ? '' : `${match[2].slice(1)}/` };
}

export const storageAddress = ({ bucket, prefix }: BucketPlace): string => `s3://${bucket}/${prefix}`;
