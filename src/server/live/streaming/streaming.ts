import type { Answer } from '../../../shared/contract/operation.ts';
import type { v1 } from '../../../shared/contract/v1.ts';
import { hostOf } from '../../http/hosts.ts';
import { tooMany } from '../../http/refusalError.ts';
import { isKey } from '../../store/keys.ts';
import type { Store } from '../../store/tables.ts';
import type { KeyHolder } from '../keyEnds.ts';
import { logLimit } from '../limitLog.ts';
import { StreamBroker, streamLimits } from './broker.ts';
import { type MqttPort, type MqttPortOptions, openMqttPort } from './mqttPort.ts';
import { type Session, Sessions } from './sessions.ts';
import type { StreamListener } from './streams.ts';
import { StreamSockets } from './streamSockets.ts';

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
export class Streaming implements KeyHolder {
  readonly #sessions: Sessions;
  readonly sockets: StreamSockets | null;
  readonly mqttPort: MqttPort | null;
  readonly #broker: StreamBroker;

  private constructor(sessions: Sessions, broker: StreamBroker, mqttPort: MqttPort | null) {
    this.#sessions = sessions;
    this.mqttPort = mqttPort;
    this.sockets = mqttPort === null ? new StreamSockets(broker) : null;
    this.#broker = broker;
  }

  static async start({ store, listeners, mqttPort }: Options): Promise<Streaming> {
    const sessions = new Sessions();
    const broker = await StreamBroker.start({ sessions, listeners, isKey: (id) => isKey(store, id) });
    const port = mqttPort === null ? null : await openMqttPort(mqttPort, broker);
    return new Streaming(sessions, broker, port);
  }

  endpointFor(origin: string): Endpoint {
    if (this.mqttPort !== null) return { transport: 'tcp', host: hostOf(origin), port: this.mqttPort.port };
    return { transport: 'websockets', host: hostOf(origin), port: Number(new URL(origin).port || 443) };
  }

  /** @throws RefusalError (429) if there is no place for another connection */
  issueSession(stationId: string | null, keyId: string): { session: Session; token: string } {
    if (this.#broker.isFull) {
      logLimit('MQTT connections', streamLimits.maxConnections);
      throw tooMany(
        `This server has reached its limit of ${streamLimits.maxConnections} live streams. The test runs without one, and its result is stored.`,
      );
    }
    return this.#sessions.issue(stationId, keyId);
  }

  get connections(): number {
    return this.#broker.connections;
  }

  get openKeys(): Iterable<string> {
    return [...this.#sessions.keyIds, ...this.#broker.openStreams.map(({ session }) => session.keyId)];
  }

  endKey(keyId: string): void {
    this.#sessions.endKey(keyId);
    this.#broker.endKey(keyId);
  }

  async stop(): Promise<void> {
    const closed = this.mqttPort?.close();
    await this.#broker.close();
    this.sockets?.destroy();
    this.mqttPort?.destroySockets();
    await closed;
  }
}
