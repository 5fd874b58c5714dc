import type * as vscode from 'vscode';
import * as z from 'zod';

const remotePlace = z.object({
  url: z.url(),
  caFile: z.string().optional(),
});
export type RemoteServerEntry = z.infer<typeof remotePlace>;

const known = z.array(remotePlace).catch([]);
const listKey = 'servers';
const choiceKey = 'server';
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

  get all(): readonly RemoteServerEntry[] {
    return known.parse(this.#everywhere.get(listKey));
  }

  get chosen(): RemoteServerEntry | undefined {
    const url = this.#here.get(choiceKey) ?? this.#everywhere.get(choiceKey);
    return this.all.find((place) => place.url === url);
  }

  async choose(place: RemoteServerEntry | undefined): Promise<void> {
    const choice = place?.url ?? thisMachine;
    await this.#here.update(choiceKey, choice);
    await this.#everywhere.update(choiceKey, choice);
  }

  async save(place: RemoteServerEntry): Promise<void> {
    await this.#everywhere.update(listKey, [...this.all.filter(({ url }) => url !== place.url), place]);
  }

  async remove({ url }: RemoteServerEntry): Promise<void> {
    await this.#everywhere.update(
      listKey,
      this.all.filter((each) => each.url !== url),
    );
  }
}
