import * as vscode from 'vscode';
import { operator, waitingEvent, type WaitingPrompt } from '../../shared/contract/operator.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import { watchWithReconnect } from '../../shared/live/watchWithReconnect.ts';
import type { Services } from '../connection/services.ts';
import { showInformation } from '../vscode/messages.ts';

const firstRetryDelayMs = 500;
const maxRetryDelayMs = 30_000;

export class WaitingPrompts implements vscode.Disposable {
  readonly #services: Services;
  readonly #isVisible: (station: string) => boolean;
  readonly #notified = new Set<string>();
  #waiting: ReadonlySet<string> = new Set();
  readonly #subscriptions: vscode.Disposable[];
  #watching: AbortController | undefined;

  constructor(services: Services, isVisible: (station: string) => boolean) {
    this.#services = services;
    this.#isVisible = isVisible;
    const { connection, store } = services;
    this.#subscriptions = [
      // The server is asked only once the Stations view has loaded.
      store.onDidChange(() => this.#start()),
      connection.onDidChangeServer(() => {
        this.#watching?.abort();
        this.#watching = undefined;
        store.setWaitingPrompts(new Map());
      }),
    ];
  }

  #start(): void {
    if (this.#watching !== undefined || this.#services.store.stations === undefined) return;
    this.#watching = new AbortController();
    void this.#watch(this.#watching.signal);
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { connection, log } = this.#services;
    await watchWithReconnect({
      open: async () =>
        (await connection.can('operator')) ? connection.stream(operator.waiting, {}, signal) : undefined,
      onEvent: (event) => this.#update(waitingEvent.parse(event).data),
      onDisconnect: (error) => {
        log.debug(`waiting prompts: ${String(error)}`);
        return 'retry';
      },
      signal,
      firstDelayMs: firstRetryDelayMs,
      maxDelayMs: maxRetryDelayMs,
    });
  }

  #update(prompts: readonly WaitingPrompt[]): void {
    this.#waiting = new Set(prompts.map(({ prompt_id }) => prompt_id));
    this.#services.store.setWaitingPrompts(
      new Map(prompts.map(({ station_id, message }) => [station_id, oneLine(message, 500)])),
    );
    for (const prompt of prompts) {
      if (this.#notified.has(prompt.prompt_id)) continue;
      this.#notified.add(prompt.prompt_id);
      // A run of an editor shows an input box there unless it has a panel, and a visible panel shows the prompt itself.
      const hasBox = prompt.source === 'editor' && !this.#services.liveScripts.shownStations.has(prompt.station_id);
      if (!hasBox && !this.#isVisible(prompt.station_id)) void this.#notify(prompt);
    }
  }

  async #notify({ station_id: id, prompt_id: prompt, message }: WaitingPrompt): Promise<void> {
    await this.#services.store.update();
    const name = this.#services.store.station(id)?.name ?? '';
    const answer = vscode.l10n.t('Answer');
    const text = vscode.l10n.t('The test on {0} waits for an answer: {1}', name, oneLine(message, 500));
    if ((await showInformation(text, answer)) !== answer) return;
    if (this.#waiting.has(prompt)) await vscode.commands.executeCommand('testStations.openOperatorUi', { id });
    else void showInformation(vscode.l10n.t('The test on {0} no longer waits for this answer.', name));
  }

  dispose(): void {
    this.#watching?.abort();
    for (const each of this.#subscriptions) each.dispose();
  }
}
