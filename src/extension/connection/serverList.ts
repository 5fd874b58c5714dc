import type * as vscode from 'vscode';
import * as z from 'zod';

const remotePlace = z.object({
  /** Origin, such as `https://www.tofupilot.app`. */
  url: z.url(),
  /** File with the PEM certificates of the server's certificate authority; undefined for those of the system. */
  caFile: z.string().optional(),
});
export type RemotePlace = z.infer<typeof remotePlace>;

const known = z.array(remotePlace).catch([]);
const listKey = 'servers';
const choiceKey = 'server';
/** The stored choice for the server of this machine. */
const thisMachine = 'local';

/**
 * The servers that the user has added, and the one that this workspace works with: the choice in this workspace, or else the
 * last choice in any workspace. It is not a setting, because the settings of a workspace must not send keys elsewhere.
 */
export class ServerList {
  readonly #everywhere: vscode.Memento;
  readonly #here: vscode.Memento;

  constructor({ globalState, workspaceState }: Pick<vscode.ExtensionContext, 'globalState' | 'workspaceState'>) {
    this.#everywhere = globalState;
    this.#here = workspaceState;
  }

  get all(): readonly RemotePlace[] {
    return known.parse(this.#everywhere.get(listKey));
  }

  /** Undefined for the server of this machine. */
  get chosen(): RemotePlace | undefined {
    const url = this.#here.get(choiceKey) ?? this.#everywhere.get(choiceKey);
    return this.all.find((place) => place.url === url);
  }

  async choose(place: RemotePlace | undefined): Promise<void> {
    const choice = place?.url ?? thisMachine;
    await this.#here.update(choiceKey, choice);
    await this.#everywhere.update(choiceKey, choice);
  }

  /** Adds a server, or replaces the one at the same address. */
  async save(place: RemotePlace): Promise<void> {
    await this.#everywhere.update(listKey, [...this.all.filter(({ url }) => url !== place.url), place]);
  }

  async remove({ url }: RemotePlace): Promise<void> {
    await this.#everywhere.update(
      listKey,
      this.all.filter((each) => each.url !== url),
    );
  }
}
