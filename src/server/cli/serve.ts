import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { ServerAddress } from '../../shared/contract/local.ts';
import { Calendar } from '../../shared/uptime/uptimeCalendar.ts';
import { DaySummaries } from '../analytics/daySummaries.ts';
import { createApp } from '../app.ts';
import { ActivityFile } from '../assistant/activityFile.ts';
import { incoming } from '../attachments/attachmentFolder.ts';
import { Attachments } from '../attachments/attachments.ts';
import { SignedUrls } from '../attachments/signedUrls.ts';
import { sweepAttachments } from '../attachments/sweepAttachments.ts';
import { hostOf, Hosts } from '../http/hosts.ts';
import { ChangeTail } from '../live/changeTail.ts';
import { KeyEnds } from '../live/keyEnds.ts';
import { OpenStreams } from '../live/openStreams.ts';
import { OperatorHub } from '../live/operator/hub.ts';
import { OperatorLinks } from '../live/operator/links.ts';
import { systemClock } from '../live/presence/clock.ts';
import { PresenceRecorder } from '../live/presence/recorder.ts';
import { Streaming } from '../live/streaming/streaming.ts';
import { startStationUses } from '../live/use/startStationUses.ts';
import type { LogFormat } from '../log.ts';
import { Readiness } from '../readiness.ts';
import type { ProviderOptions } from '../signIn/provider.ts';
import { StationFiguresCache } from '../stationFigures.ts';
import { findInstance } from '../store/instance.ts';
import { version } from '../version.ts';
import { becomeActive } from './activeServer.ts';
import { readCertificate, watchCertificate } from './certificateFiles.ts';
import type { DataFolder } from './dataFolder.ts';
import { Entrance } from './entrance.ts';
import type { NetworkOptions } from './networkOptions.ts';
import { openData } from './openData.ts';
import { ServerLog } from './serverLog.ts';
import { type BucketOptions, openContents } from './storageOptions.ts';
import { type CollectorOptions, startTracing } from './tracingOptions.ts';
import { ensureUserKey } from './userKeys.ts';

const maxEventStreams = 500;
const sweepIntervalMs = 24 * 60 * 60_000;

interface RunningServer {
  address: ServerAddress;
  stopRequested: Promise<void>;
  stop(): Promise<void>;
}

interface ServeOptions extends NetworkOptions {
  timeZone: string;
  chosenKey: string | null;
  metricsToken: string | null;
  /** Null: the secret in the data folder. */
  signingSecret: string | null;
  logFormat: LogFormat;
  pagesFolder: string;
  provider: ProviderOptions | null;
  /** Null: the contents of attachments are files. */
  bucket: BucketOptions | null;
  collector: CollectorOptions | null;
}

export async function serve(folder: DataFolder, options: ServeOptions): Promise<RunningServer> {
  const { host, port, publicUrl, certificate, chosenKey, metricsToken, logFormat, provider, bucket, collector } =
    options;
  const publicHost = publicUrl === null ? '' : hostOf(publicUrl);
  const tls = certificate === null ? null : readCertificate(certificate, publicHost);
  folder.lock();
  const log = new ServerLog(folder.log);
  log.start();
  // A standby finds out now, not when it takes over, that it cannot reach the storage.
  const { contents, claim } = await openContents(folder.attachments, bucket);
  const last = folder.readServerFile();
  const openEntrance = (): Promise<Entrance> =>
    Entrance.open({ host, ports: portsToTry(port, last?.url), tls, insidePorts: portsToTry(null, last?.url) });
  // A standby answers before it opens the data.
  const early = folder.databaseUrl === null ? null : await openEntrance();
  const lease = early && folder.databaseUrl ? await becomeActive(folder.databaseUrl, early) : null;
  const { store, writer, pushes } = await openData(folder, lease);
  const tail = await ChangeTail.start(store);
  const streams = new OpenStreams('event streams', maxEventStreams);
  tail.onChange(() => streams.notify());
  await claim(await findInstance(store));
  const stopTracing = await startTracing(collector);
  const files = new Attachments(contents, join(folder.attachments, incoming));
  const secret = options.signingSecret ?? folder.signingSecret();
  const urls = new SignedUrls(secret);
  const links = new OperatorLinks(secret);
  const hub = new OperatorHub();
  const presence = new PresenceRecorder({ store, writer }, systemClock, {
    onChange: () => tail.notify(),
    onFollowed: [hub.followed],
  });
  await presence.start();
  const hosts = new Hosts(host, publicUrl);
  await hosts.refresh();
  const streaming = await Streaming.start({
    store,
    listeners: [presence, hub],
    mqttPort: publicUrl?.startsWith('https:')
      ? null
      : { folder: folder.certificates, host, hosts, ports: portsToTry(options.mqttPort, last?.mqtt) },
  });
  tail.addListener(new KeyEnds(store, [streams, hub.streams, streaming]));
  const calendar = new Calendar(options.timeZone);
  const summaries = new DaySummaries({ store, writer }, calendar);
  await summaries.start();
  const readiness = new Readiness(writer, folder.path);
  const { uses, stop: stopUses } = startStationUses(writer, tail);
  const stopToken = randomBytes(32).toString('base64url');
  let requestStop = (): void => {};
  const stopRequested = new Promise<void>((resolve) => (requestStop = resolve));
  const stopping = { stopToken, requestStop };
  const assistantToken = randomBytes(32).toString('base64url');
  const app = createApp(
    {
      store,
      pushes,
      writer,
      tail,
      streams,
      files,
      activity: new ActivityFile(folder.activity),
      urls,
      streaming,
      presence,
      uses,
      hub,
      links,
      pagesFolder: options.pagesFolder,
      calendar,
      figures: new StationFiguresCache(store, calendar, tail),
      summaries,
      signIn: provider === null || publicUrl === null ? null : { provider, publicUrl },
      readiness,
      ...stopping,
      assistantToken,
      secrets: [
        secret,
        stopToken,
        assistantToken,
        chosenKey,
        metricsToken,
        provider?.clientSecret,
        bucket?.access.secretAccessKey,
        bucket?.access.sessionToken,
        ...Object.values(collector?.headers ?? {}),
        folder.databaseUrl,
      ].filter((each) => each != null),
    },
    { hosts, logFormat, metricsToken },
  );
  const { sockets } = streaming;
  const entrance = early ?? (await openEntrance());
  entrance.admit(app, sockets && ((request, socket, head) => sockets.upgrade(request, socket, head, hosts)));
  const endWatch =
    certificate && watchCertificate(certificate, publicHost, (identity) => entrance.setCertificate(identity));
  await ensureUserKey({ store, writer }, chosenKey, logFormat);
  const address = {
    url: entrance.insideUrl,
    ...(publicUrl === null ? {} : { public_url: publicUrl }),
    ...(streaming.mqttPort === null
      ? { mqtt: null }
      : { mqtt: `mqtts://${new URL(entrance.insideUrl).hostname}:${streaming.mqttPort.port}`, ca: folder.authority }),
    pid: process.pid,
    data: folder.path,
    instance: await findInstance(store),
    version,
  };
  folder.writeAddress({ ...address, stop_token: stopToken, assistant_token: assistantToken });
  readiness.enter('running');
  let swept = sweepAttachments({ store, writer }, contents);
  const sweeping = setInterval(() => {
    swept = swept.then(() => sweepAttachments({ store, writer }, contents));
  }, sweepIntervalMs).unref();
  return {
    address,
    stopRequested,
    stop: async () => {
      readiness.enter('stopping');
      clearInterval(sweeping);
      endWatch?.();
      tail.stop();
      // It ends the computation of statistics, for which a request may be waiting.
      const computed = summaries.stop();
      streams.end();
      hub.streams.end();
      // The streams end first: a client that requests another stream and then cannot connect gives up for good.
      await entrance.drain();
      await streaming.stop();
      await entrance.close();
      await presence.stop();
      await stopUses();
      await computed;
      await swept;
      await pushes.stop();
      await store.destroy();
      await stopTracing();
      await lease?.release();
      log.stop();
      folder.release();
    },
  };
}

/** Tries the chosen port, otherwise the last one, so that clients find the server again, then any free one. */
const portsToTry = (chosen: number | null, last: string | null | undefined): number[] =>
  chosen !== null ? [chosen] : [...(last ? [Number(new URL(last).port)] : []), 0];
