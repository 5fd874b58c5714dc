import type * as vscode from 'vscode';

/**
 * The keys in SecretStorage, which is the only place that holds them: a user key for each server, and a key for each station.
 * The server of this machine is identified by the `instance` of its data folder, so that a key is never sent to another
 * server on the same port. A remote server is identified by its address.
 */
export class Keys {
  readonly #secrets: vscode.SecretStorage;

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
  }

  async user(instance: string): Promise<string | undefined> {
    return this.#secrets.get(`user/${instance}`);
  }

  async setUser(instance: string, key: string): Promise<void> {
    await this.#secrets.store(`user/${instance}`, key);
  }

  async station(instance: string, station: string): Promise<string | undefined> {
    return this.#secrets.get(`station/${instance}/${station}`);
  }

  async setStation(instance: string, station: string, key: string): Promise<void> {
    await this.#secrets.store(`station/${instance}/${station}`, key);
  }

  async removeStation(instance: string, station: string): Promise<void> {
    await this.#secrets.delete(`station/${instance}/${station}`);
  }

  async removeServer(instance: string): Promise<void> {
    const keys = await this.#secrets.keys();
    const own = keys.filter((key) => key === `user/${instance}` || key.startsWith(`station/${instance}/`));
    for (const key of own) await this.#secrets.delete(key);
  }
}
