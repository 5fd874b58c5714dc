import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { WindowRequest } from '../../shared/contract/operator.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { nextSerialNumber } from '../../shared/live/operatorTexts.ts';
import type { Connection } from '../connection/connection.ts';
import type { LiveScript, LiveScripts, StartScript } from '../connection/liveScripts.ts';
import type { StationStore } from '../connection/stationStore.ts';
import type { Log } from '../vscode/log.ts';
import { requireTrust } from '../vscode/requireTrust.ts';
import { StationAgent } from './stationAgent.ts';
import type { StationScripts } from './stationScripts.ts';

interface AgentDependencies {
  readonly connection: Connection;
  readonly store: StationStore;
  readonly liveScripts: LiveScripts;
  readonly scripts: StationScripts;
  readonly startScript: StartScript;
  readonly log: Log;
  readonly report: (error: unknown) => void;
}

/** The agents of this window, one per station. An agent exists from its first use until the window closes. */
export class StationAgents implements vscode.Disposable {
  readonly #dependencies: AgentDependencies;
  readonly #window = randomUUID();
  readonly #agents = new Map<string, StationAgent>();
  readonly #loops = new Set<string>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(dependencies: AgentDependencies) {
    this.#dependencies = dependencies;
    const { connection, liveScripts, scripts } = dependencies;
    this.#subscriptions = [
      liveScripts.onDidStart((script) => void this.#follow(script)),
      scripts.onDidChange((station) => this.ensure(station)),
      connection.onDidChangeServer(() => {
        for (const agent of this.#agents.values()) agent.restart();
      }),
    ];
  }

  ensure(station: string): StationAgent {
    const agent = this.#agents.get(station) ?? this.#create(station);
    const script = this.#dependencies.scripts.get(station);
    agent.offer({ script: script === undefined ? null : basename(script.fsPath), problem: null });
    return agent;
  }

  #create(station: string): StationAgent {
    const { connection, log } = this.#dependencies;
    const agent = new StationAgent(connection, station, this.#window, log, (request) =>
      this.#handleRequest(station, request),
    );
    this.#agents.set(station, agent);
    return agent;
  }

  async #follow(script: LiveScript): Promise<void> {
    // The agent must be subscribed before the first event, so there is no await above this line.
    const agent = this.#agents.get(script.station.id) ?? this.#create(script.station.id);
    agent.follow(script);
    if (await this.#dependencies.connection.can('operator').catch(() => true)) return;
    agent.dispose();
    this.#agents.delete(script.station.id);
  }

  #handleRequest(station: string, request: WindowRequest): void {
    if (request.event === 'start') {
      this.#setLoop(station, request.data.loop);
      void this.#start(station, request.data.serial_number);
    } else if (request.event === 'loop') this.#setLoop(station, request.data.loop);
  }

  #setLoop(station: string, loop: boolean): void {
    if (loop) this.#loops.add(station);
    else this.#loops.delete(station);
    this.#agents.get(station)?.offer({ loop });
  }

  /** Runs the station's script, repeatedly while the station loops and the units pass. */
  async #start(station: string, first: string): Promise<void> {
    const { scripts, store, startScript } = this.#dependencies;
    const agent = this.ensure(station);
    for (let unit: string | null = first; unit !== null; unit = this.#loops.has(station) ? unit : null) {
      const before = agent.test?.execution_id;
      try {
        requireTrust();
        const script = scripts.get(station);
        if (script === undefined) return;
        const name = store.station(station)?.name ?? '';
        await startScript(script, { station: { id: station, name }, serialNumber: unit });
      } catch (error) {
        if (!(error instanceof vscode.CancellationError)) this.#dependencies.report(error);
        this.#setLoop(station, false);
        agent.offer({ problem: messageOf(error) });
        return;
      }
      unit = nextSerialNumber(unit);
      agent.offer({ next_serial_number: unit });
      if (agent.test === null || agent.test.execution_id === before) {
        agent.offer({ problem: vscode.l10n.t('The script ended without running a test. See VS Code for the reason.') });
      }
      if (agent.test?.outcome !== 'PASS') this.#setLoop(station, false);
    }
  }

  dispose(): void {
    for (const each of this.#subscriptions) each.dispose();
    for (const agent of this.#agents.values()) agent.dispose();
  }
}
