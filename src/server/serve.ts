import type { ServerAddress } from '../contract/local.ts';
import { Calendar } from '../domain/uptime/uptimeCalendar.ts';
import { makeApp } from './app.ts';
import { AttachmentFiles } from './attachments/attachmentFiles.ts';
import type { DataFolder } from './dataFolder.ts';
import { EventStreams } from './eventStreams.ts';
import { OperatorHub } from './operator/hub.ts';
import { OperatorLinks } from './operator/links.ts';
import { listen } from './listen.ts';
import { systemClock } from './presence/clock.ts';
import { PresenceRecorder } from './presence/recorder.ts';
import { SignedUrls } from './attachments/signedUrls.ts';
import { sweepAttachments } from './attachments/sweepAttachments.ts';
import { findInstance } from './store/instance.ts';
import { openStore } from './store/open.ts';
import { ensureUserKey } from './userKeys.ts';
import { Streaming } from './streaming/streaming.ts';
import { version } from './version.ts';

/** Milliseconds between two looks for attachments that nothing needs. */
const sweepMillis = 24 * 60 * 60_000;

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
  {
    host,
    port,
    timeZone,
    chosenKey,
    pages,
  }: { host: string; port: number | null; timeZone: string; chosenKey: string | null; pages: string },
): Promise<RunningServer> {
  folder.lock();
  const { store, sql } = openStore(folder.database);
  const streams = new EventStreams(store);
  const files = new AttachmentFiles(folder.attachments);
  const secret = folder.signingSecret();
  const urls = new SignedUrls(secret);
  const links = new OperatorLinks(secret);
  const hub = new OperatorHub();
  const presence = new PresenceRecorder(store, systemClock, {
    onChange: () => streams.ring(),
    onFollowed: [hub.followed],
  });
  await presence.start();
  const last = folder.readAddress();
  const ports = port !== null ? [port] : lastPort(last?.url);
  const streaming = await Streaming.start({
    store,
    listeners: [presence, hub],
    folder: folder.certificates,
    host,
    ports: lastPort(last?.mqtt),
  });
  const calendar = new Calendar(timeZone);
  const app = makeApp({ store, sql, streams, files, urls, streaming, presence, hub, links, pages, calendar }, host);
  const listening = await listen(app, host, ports);
  await ensureUserKey(store, chosenKey);
  const address = {
    url: listening.url,
    mqtt: `mqtts://${new URL(listening.url).hostname}:${streaming.port}`,
    ca: folder.authority,
    pid: process.pid,
    data: folder.path,
    instance: await findInstance(store),
    version,
  };
  folder.writeAddress(address);
  let swept = sweepAttachments(store, files);
  const sweeping = setInterval(() => {
    swept = swept.then(() => sweepAttachments(store, files));
  }, sweepMillis).unref();
  return {
    address,
    stop: async () => {
      clearInterval(sweeping);
      streams.end();
      hub.streams.end();
      // First this: a client that asks for another stream meanwhile, and cannot connect then, gives up for good.
      await listening.close();
      await streaming.stop();
      await presence.stop();
      await swept;
      await store.destroy();
      folder.release();
    },
  };
}

/** The one of the last time, so that those who know it find the server again, else any. */
const lastPort = (url: string | null | undefined): number[] => (url ? [Number(new URL(url).port), 0] : [0]);
