import type { Answer } from '../../../shared/contract/operation.ts';
import type { v1 } from '../../../shared/contract/v1.ts';
import { logFailure } from '../../cli/logFailure.ts';
import { hostOf } from '../../http/hosts.ts';
import { isKey } from '../../store/keys.ts';
import type { Store } from '../../store/tables.ts';
import { StreamBroker } from './broker.ts';
import { MqttPort, type MqttPortOptions } from './mqttPort.ts';
import { Sessions } from './sessions.ts';
import type { StreamListener } from './streams.ts';
import { StreamSockets } from './streamSockets.ts';

/** Milliseconds between two checks whether the keys of the open streams are still valid. */
const keyWatchMs = 500;

type StreamingAnswer = Answer<typeof v1.streaming>;
type Endpoint = Pick<StreamingAnswer['connectOptions'], 'host' | 'port'> &
  Pick<StreamingAnswer['clientOptions'], 'transport'>;

interface Options {
  store: Store;
  listeners: readonly StreamListener[];
  /** Null if clients reach the server by HTTPS: the streams then use WebSockets on that address. */
  mqttPort: MqttPortOptions | null;
}

/**
 * Live streams: MQTT, as the official client speaks it. That client always uses TLS. Where the server or its proxy has a
 * certificate for HTTPS, MQTT goes through WebSockets on the same address; otherwise it has a port of its own, with a
 * certificate that the server creates.
 */
export class Streaming {
  readonly sessions: Sessions;
  /** The WebSockets of the streams; null if they have a port of their own. */
  readonly sockets: StreamSockets | null;
  readonly mqttPort: MqttPort | null;
  readonly #broker: StreamBroker;
  readonly #store: Store;
  readonly #keyWatch: NodeJS.Timeout;

  private constructor(store: Store, sessions: Sessions, broker: StreamBroker, mqttPort: MqttPort | null) {
    this.sessions = sessions;
    this.mqttPort = mqttPort;
    this.sockets = mqttPort === null ? new StreamSockets(broker) : null;
    this.#broker = broker;
    this.#store = store;
    this.#keyWatch = setInterval(() => {
      this.#endDeadKeys().catch((error: unknown) =>
        logFailure('The keys of the live streams could not be checked', error),
      );
    }, keyWatchMs).unref();
  }

  static async start({ store, listeners, mqttPort }: Options): Promise<Streaming> {
    const sessions = new Sessions();
    const broker = await StreamBroker.start({ sessions, listeners, isKey: (id) => isKey(store, id) });
    const port = mqttPort === null ? null : await MqttPort.start(mqttPort, broker);
    return new Streaming(store, sessions, broker, port);
  }

  /** Returns where a client that reaches the server at this origin connects. */
  endpointFor(origin: string): Endpoint {
    if (this.mqttPort !== null) return { transport: 'tcp', host: hostOf(origin), port: this.mqttPort.port };
    return { transport: 'websockets', host: hostOf(origin), port: Number(new URL(origin).port || 443) };
  }

  /** A replaced or deleted key takes its streams with it. */
  async #endDeadKeys(): Promise<void> {
    for (const stream of this.#broker.open) {
      if (!(await isKey(this.#store, stream.session.keyId))) this.#broker.end(stream, 'key');
    }
  }

  /** Ends all streams. */
  async stop(): Promise<void> {
    clearInterval(this.#keyWatch);
    const closed = this.mqttPort?.close();
    await this.#broker.close();
    this.sockets?.destroy();
    this.mqttPort?.destroySockets();
    await closed;
  }
}
