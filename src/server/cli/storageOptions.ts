import { AttachmentFolder } from '../attachments/attachmentFolder.ts';
import type { Contents } from '../attachments/contents.ts';
import {
  type BucketPlace,
  readStoragePlace,
  type StorageAccess,
  type StoragePlace,
} from '../attachments/storagePlace.ts';
import { usageError } from './usage.ts';

export interface BucketOptions {
  readonly place: BucketPlace;
  readonly access: StorageAccess;
}

export function readAttachments(text: string | undefined): StoragePlace | null {
  if (text === undefined) return null;
  const place = readStoragePlace(text);
  if (place !== null) return place;
  throw usageError(`--attachments must be a folder or s3://BUCKET/PREFIX and is "${text}".`);
}

const secretVariables = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;

type StorageVariables = Readonly<Record<string, string | undefined>>;

/** Removes the keys of an object storage from the environment, so that no child process inherits them, and returns them. */
export function takeStorageVariables(environment: NodeJS.ProcessEnv): StorageVariables {
  const variables = { ...environment };
  for (const name of secretVariables) Reflect.deleteProperty(environment, name);
  return variables;
}

/** @throws CommandError if a variable that the bucket needs is missing or wrong */
export function bucketOptions(place: StoragePlace | null, variables: StorageVariables): BucketOptions | null {
  if (place === null || 'folder' in place) return null;
  const accessKeyId = required('AWS_ACCESS_KEY_ID', variables);
  const secretAccessKey = required('AWS_SECRET_ACCESS_KEY', variables);
  const given = variables['AWS_ENDPOINT_URL_S3'] || variables['AWS_ENDPOINT_URL'];
  const region = variables['AWS_REGION'] || variables['AWS_DEFAULT_REGION'] || (given ? 'us-east-1' : null);
  if (region === null) {
    throw usageError(
      '--attachments s3://… needs AWS_REGION in the environment, or AWS_ENDPOINT_URL for a storage of another provider.',
    );
  }
  const endpoint = given || `https://s3.${region}.amazonaws.com`;
  const url = URL.parse(endpoint);
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username || url.search || url.hash) {
    throw usageError('AWS_ENDPOINT_URL must be the address of the storage, such as https://s3.lab.example.');
  }
  return {
    place,
    access: { endpoint, region, accessKeyId, secretAccessKey, sessionToken: variables['AWS_SESSION_TOKEN'] || null },
  };
}

function required(name: (typeof secretVariables)[number], variables: StorageVariables): string {
  const value = variables[name];
  if (value) return value;
  throw usageError(`--attachments s3://… needs ${name} in the environment.`);
}

interface OpenedContents {
  readonly contents: Contents;
  /** Marks the place as that of these data. @throws StorageError if it belongs to others, or refuses changes */
  readonly claim: (instance: string) => Promise<void>;
}

/** @throws StorageError if the storage cannot be reached, or refuses its key */
export async function openContents(folder: string, bucket: BucketOptions | null): Promise<OpenedContents> {
  if (bucket === null) return { contents: new AttachmentFolder(folder), claim: () => Promise.resolve() };
  const { ObjectStorage } = await import('../attachments/objectStorage.ts');
  const contents = new ObjectStorage(bucket.place, bucket.access);
  await contents.reach();
  return { contents, claim: (instance) => contents.claim(instance) };
}
