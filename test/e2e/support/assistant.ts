import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { type Bench, settingsOf } from './bench.ts';
import { packExtension } from './packExtension.ts';
import { root } from './places.ts';
import { until } from './until.ts';
import { useWorkbench } from './useWorkbench.ts';
import type { Workbench } from './workbench.ts';

const answer = z.union([z.object({ error: z.string() }), z.object({ value: z.unknown().optional() })]);
const listedTool = z.object({
  name: z.string(),
  description: z.string(),
  inputSchema: z.unknown().optional(),
  tags: z.array(z.string()),
});

/** Inside a `describe`: a window on the bench in which an assistant calls tools. */
export function useAssistant(bench: Bench): { workbench: () => Workbench; assistant: AssistantStandIn } {
  const assistant = new AssistantStandIn(bench.folder);
  const workbench = useWorkbench({
    extensions: [assistant.extension],
    env: assistant.environment,
    userSettings: { 'chat.disableAIFeatures': false },
    machineSettings: settingsOf(bench),
  });
  return { workbench, assistant };
}

/** An assistant in the window: an extension that calls the tools of others through VS Code. */
class AssistantStandIn {
  readonly extension: string;
  readonly #portFile: string;

  /** @param folder for its files */
  constructor(folder: string) {
    this.extension = packExtension(join(root, 'test/fixtures/assistant'), join(folder, 'assistant.vsix'));
    this.#portFile = join(folder, 'assistant.port');
  }

  get environment(): Record<string, string> {
    return { ASSISTANT_PORT_FILE: this.#portFile };
  }

  async tools(): Promise<z.infer<typeof listedTool>[]> {
    return z.array(listedTool).parse(await this.#call({ action: 'tools' }));
  }

  /** Calls a tool. @throws Error with the sentence for the assistant */
  async invoke(name: string, input: object = {}): Promise<unknown> {
    const [text] = z.array(z.string()).parse(await this.#call({ action: 'invoke', name, input }));
    return JSON.parse(text ?? '');
  }

  async changeSetting(name: string, value: unknown): Promise<void> {
    await this.#call({ action: 'setting', name, value });
  }

  async #call(call: object): Promise<unknown> {
    await until(() => existsSync(this.#portFile), { what: 'the stand-in for an assistant' });
    const address = `http://127.0.0.1:${readFileSync(this.#portFile, 'utf8')}`;
    const response = await fetch(address, { method: 'POST', body: JSON.stringify(call) });
    const parsed = answer.parse(await response.json());
    if ('error' in parsed) throw new Error(parsed.error);
    return parsed.value;
  }
}
