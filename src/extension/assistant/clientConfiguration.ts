export type AssistantClient = 'vscode' | 'claudeCode' | 'claudeDesktop' | 'cursor';

/** What a configuration names. It never contains a key. */
export interface ConfiguredServer {
  /** Of `/mcp` at the station server. */
  readonly url: string;
  readonly node: string;
  readonly serverProgram: string;
  /** Undefined for a server elsewhere. */
  readonly dataFolder: string | undefined;
}

const server = 'test-stations';
const keyVariable = 'TEST_STATIONS_KEY';

export function configurationFor(client: AssistantClient, place: ConfiguredServer): string {
  const { url } = place;
  const bearer = (key: string): object => ({ Authorization: `Bearer ${key}` });
  switch (client) {
    case 'vscode': {
      const id = 'test-stations-key';
      const inputs = [{ type: 'promptString', id, description: 'User key of the station server', password: true }];
      return json({ inputs, servers: { [server]: { type: 'http', url, headers: bearer(`\${input:${id}}`) } } });
    }
    case 'claudeCode': {
      // In single quotes, so that the client resolves the variable and no shell writes the key into a file.
      const entry = JSON.stringify({ type: 'http', url, headers: bearer(`\${${keyVariable}}`) });
      return `claude mcp add-json ${server} '${entry}'`;
    }
    case 'cursor':
      return json({ mcpServers: { [server]: { url, headers: bearer(`\${env:${keyVariable}}`) } } });
    case 'claudeDesktop':
      return json({ mcpServers: { [server]: programOf(place) } });
  }
}

function programOf({ url, node, serverProgram, dataFolder }: ConfiguredServer): object {
  const args =
    dataFolder === undefined
      ? [serverProgram, 'mcp', '--server', new URL(url).origin]
      : [serverProgram, 'mcp', '--data', dataFolder];
  // The folder needs no key: who can read it has everything. The placeholder is for the person to replace.
  const env = dataFolder === undefined ? { [keyVariable]: '<user key>' } : {};
  return { command: node, args, env: { ELECTRON_RUN_AS_NODE: '1', ...env } };
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
