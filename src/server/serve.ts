import type { ServerAddress } from '../contract/local.ts';
import { makeApp } from './app.ts';
import { AttachmentFiles } from './attachmentFiles.ts';
import type { DataFolder } from './dataFolder.ts';
import { EventStreams } from './eventStreams.ts';
import { listen } from './listen.ts';
import { systemClock } from './presence/clock.ts';
import { PresenceRecorder } from './presence/recorder.ts';
import { SignedUrls } from './signedUrls.ts';
import { sweepAttachments } from './sweepAttachments.ts';
import { findInstance, findSigningSecret } from './store/instance.ts';
import { openStore } from './store/open.ts';
import { ensureUserKey } from './userKeys.ts';
import { version } from './version.ts';

export interface RunningServer {
  address: ServerAddress;
  /** Finishes the open requests, then closes the database. */
  stop(): Promise<void>;
}

/**
 * Starts the server of a data folder and writes its address there.
 * @param port null: the one of the last time if it is free, else any
 * @throws StartFailure
 */
export async function serve(
  folder: DataFolder,
  { host, port, chosenKey }: { host: string; port: number | null; chosenKey: string | null },
): Promise<RunningServer> {
  folder.lock();
  const { store, sql } = openStore(folder.database);
  const streams = new EventStreams(store);
  const files = new AttachmentFiles(folder.attachments);
  const urls = new SignedUrls(await findSigningSecret(store));
  const presence = new PresenceRecorder(store, systemClock, { onChange: () => streams.ring(), onFollowed: [] });
  await presence.start();
  const last = folder.readAddress();
  const ports = port !== null ? [port] : [...(last ? [Number(new URL(last.url).port)] : []), 0];
  const listening = await listen(makeApp({ store, sql, streams, files, urls, presence, host }), host, ports);
  await ensureUserKey(store, chosenKey);
  const address = {
    url: listening.url,
    mqtt: null,
    pid: process.pid,
    data: folder.path,
    instance: await findInstance(store),
    version,
  };
  folder.writeAddress(address);
  const swept = sweepAttachments(store, files);
  return {
    address,
    stop: async () => {
      streams.end();
      await listening.close();
      await presence.stop();
      await swept;
      await store.destroy();
      folder.release();
    },
  };
}
