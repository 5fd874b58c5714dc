import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { generate, type Packet, parser } from 'mqtt-packet';
import type { Answer } from '../../src/shared/contract/operation.ts';
import type { v1 } from '../../src/shared/contract/v1.ts';

export type Credentials = Answer<typeof v1.streaming>;

/** A client that speaks MQTT packet by packet, as an attacker might. */
export class MqttClient {
  readonly socket: TLSSocket;
  readonly received: Packet[] = [];
  readonly #changed: (() => void)[] = [];
  closed = false;

  constructor(socket: TLSSocket) {
    this.socket = socket;
    const packets = parser();
    packets.on('packet', (packet: Packet) => {
      this.received.push(packet);
      this.#tell();
    });
    socket.on('data', (chunk: Buffer) => packets.parse(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
      this.#tell();
    });
  }

  static async open({ connectOptions: { host, port } }: Credentials, ca: string): Promise<MqttClient> {
    const socket = connect({ host, port, ca, servername: 'localhost' });
    await once(socket, 'secureConnect');
    return new MqttClient(socket);
  }

  /** Connects as the official client does. @param without what is left out @param options what is sent instead */
  connect(
    { token, willOptions: { topic, payload } }: Credentials,
    without?: 'will' | 'password',
    options: { keepalive?: number; clientId?: string } = {},
  ): void {
    this.send({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      clientId: `test-${Math.random()}`,
      keepalive: 20,
      ...options,
      ...(without === 'password' ? {} : { username: 'pythonClient', password: Buffer.from(token) }),
      ...(without === 'will' ? {} : { will: { topic, payload: Buffer.from(payload), qos: 0, retain: false } }),
    });
  }

  send(packet: Packet): void {
    this.socket.write(generate(packet));
  }

  publish(topic: string, payload: string | Buffer): void {
    this.send({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false });
  }

  /** Waits for a packet of this kind; fails when the connection ends before. */
  async packet<C extends Packet['cmd']>(cmd: C): Promise<Packet & { cmd: C }> {
    for (;;) {
      const found = this.received.find((each): each is Packet & { cmd: C } => each.cmd === cmd);
      if (found) return found;
      if (this.closed) throw new Error(`The connection ended before ${cmd}.`);
      await new Promise<void>((done) => this.#changed.push(done));
    }
  }

  async ended(): Promise<void> {
    while (!this.closed) await new Promise<void>((done) => this.#changed.push(done));
  }

  #tell(): void {
    for (const done of this.#changed.splice(0)) done();
  }
}
