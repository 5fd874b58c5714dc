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

const keyCheckIntervalMs = 500;

type StreamingAnswer = Answer<typeof v1.streaming>;
type Endpoint = Pick<StreamingAnswer['connectOptions'], 'host' | 'port'> &
  Pick<StreamingAnswer['clientOptions'], 'transport'>;

interface Options {
  store: Store;
  listeners: readonly StreamListener[];
  mqttPort: MqttPortOptions | null;
}

/**
 * Live streams: MQTT, as the official client speaks it. That client always uses TLS. Where the server or its proxy has a
 * certificate for HTTPS, MQTT goes through WebSockets on the same address; otherwise it has a port of its own, with a
 * certificate that the server creates.
 */
export class Streaming {
  readonly sessions: Sessions;
  readonly sockets: StreamSockets | null;
  readonly mqttPort: MqttPort | null;
  readonly #broker: StreamBroker;
  readonly #store: Store;
  readonly #keyCheck: NodeJS.Timeout;

  private constructor(store: Store, sessions: Sessions, broker: StreamBroker, mqttPort: MqttPort | null) {
    this.sessions = sessions;
    this.mqttPort = mqttPort;
    this.sockets = mqttPort === null ? new StreamSockets(broker) : null;
    this.#broker = broker;
    this.#store = store;
    this.#keyCheck = setInterval(() => {
      this.#endRevokedStreams().catch((error: unknown) =>
        logFailure('The keys of the live streams could not be checked', error),
      );
    }, keyCheckIntervalMs).unref();
  }

  static async start({ store, listeners, mqttPort }: Options): Promise<Streaming> {
    const sessions = new Sessions();
    const broker = await StreamBroker.start({ sessions, listeners, isKey: (id) => isKey(store, id) });
    const port = mqttPort === null ? null : await MqttPort.start(mqttPort, broker);
    return new Streaming(store, sessions, broker, port);
  }

  endpointFor(origin: string): Endpoint {
    if (this.mqttPort !== null) return { transport: 'tcp', host: hostOf(origin), port: this.mqttPort.port };
    return { transport: 'websockets', host: hostOf(origin), port: Number(new URL(origin).port || 443) };
  }

  async #endRevokedStreams(): Promise<void> {
    for (const stream of this.#broker.openStreams) {
      if (!(await isKey(this.#store, stream.session.keyId))) this.#broker.revoke(stream);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#keyCheck);
    const closed = this.mqttPort?.close();
    await this.#broker.close();
    this.sockets?.destroy();
    this.mqttPort?.destroySockets();
    await closed;
  }
}
