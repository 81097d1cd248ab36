// A TCP proxy in front of the database, one for each replica, which can lose what goes one way, both ways, or be slow. What is
// lost is swallowed: neither end hears of it, as where a cable is cut.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** What becomes of bytes: `requests` to the database are lost, `answers` of it, or both; or all come `delayMs` later. */
export interface Weather {
  readonly losesRequests: boolean;
  readonly losesAnswers: boolean;
  readonly delayMs: number;
}

export const FAIR: Weather = { losesRequests: false, losesAnswers: false, delayMs: 0 };

export class DatabaseProxy {
  /** Of whom the replica takes for the database. */
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #weather = FAIR;

  static async start(databasePort: number): Promise<DatabaseProxy> {
    const server = createServer({ pauseOnConnect: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new DatabaseProxy(server, databasePort);
  }

  private constructor(server: Server, databasePort: number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (client) => this.#join(client, connect(databasePort, '127.0.0.1')));
  }

  /**
   * From now on. A connection that lost bytes is of no use any more: once the weather is fair again it ends, as TCP would end
   * it where what was sent is never acknowledged.
   */
  set weather(weather: Weather) {
    if (this.#losesAny && weather === FAIR) for (const socket of this.#sockets) socket.destroy();
    this.#weather = weather;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  get #losesAny(): boolean {
    return this.#weather.losesRequests || this.#weather.losesAnswers;
  }

  #join(client: Socket, database: Socket): void {
    const both = [client, database] as const;
    for (const socket of both) {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        // Where the way is cut, the other end does not hear of it.
        if (!this.#losesAny) for (const each of both) each.destroy();
      });
    }
    this.#pass(client, database, () => this.#weather.losesRequests);
    this.#pass(database, client, () => this.#weather.losesAnswers);
    client.resume();
  }

  #pass(from: Socket, to: Socket, isLost: () => boolean): void {
    from.on('data', (bytes: Buffer) => {
      if (isLost()) return;
      const { delayMs } = this.#weather;
      if (delayMs === 0) to.write(bytes);
      else setTimeout(() => to.destroyed || to.write(bytes), delayMs);
    });
  }
}
