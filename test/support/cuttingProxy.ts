import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A bad network: a TCP proxy that cuts some of its connections, after some bytes of what is asked or answered. */
export class CuttingProxy {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  readonly #random: () => number;
  readonly #to: { host: string; port: number };
  /** The part of connections that is cut, 0 to 1. */
  rate = 0;
  /** How many connections were made, and how many of them cut. */
  made = 0;
  cut = 0;

  private constructor(target: string, random: () => number) {
    const { hostname, port } = new URL(target);
    this.#to = { host: hostname, port: Number(port) };
    this.#random = random;
    this.#server = createServer((socket) => this.#pass(socket));
  }

  /** @param random numbers from 0 to below 1 that decide which connections are cut, and when */
  static async start(target: string, random: () => number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(target, random);
    await new Promise<void>((done) => proxy.#server.listen(0, '127.0.0.1', done));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise((done) => this.#server.close(done));
  }

  #pass(near: Socket): void {
    const far = connect(this.#to);
    this.made += 1;
    const [chance, side, share] = [this.#random(), this.#random(), this.#random()];
    const doomed = chance < this.rate;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#open.add(from);
      // Half of the cuts lose a part of what is asked, half a part of the answer: the server has done it then.
      let left = doomed && side < 0.5 === (from === near) ? Math.floor(share * 800) : Infinity;
      from.on('data', (data: Buffer) => {
        left -= data.length;
        if (left >= 0) to.write(data);
        else {
          this.cut += 1;
          near.destroy();
          far.destroy();
        }
      });
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#open.delete(from);
        to.destroy();
      });
    }
  }
}
