import * as vscode from 'vscode';
import type { WindowRequest } from '../../shared/contract/operator.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { nextSerialNumber } from '../../shared/live/operatorTexts.ts';
import { testName } from '../../shared/script/testFiles.ts';
import type { LiveScript, StartScript } from '../connection/liveScripts.ts';
import type { Services } from '../connection/services.ts';
import { requireTrust } from '../vscode/requireTrust.ts';
import { setting } from '../vscode/settings.ts';
import { StationAgent } from './stationAgent.ts';
import type { StationScripts } from './stationScripts.ts';

interface AgentDependencies extends Services {
  readonly scripts: StationScripts;
  readonly startScript: StartScript;
}

/** The agents of this window, one for each slot of a station. An agent exists from its first use until the window closes. */
export class StationAgents implements vscode.Disposable {
  readonly #dependencies: AgentDependencies;
  /** By station and slot. */
  readonly #agents = new Map<string, Map<number, StationAgent>>();
  readonly #loops = new Set<StationAgent>();
  /** The serial number of the unit that was started last, by station. */
  readonly #lastUnits = new Map<string, string>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(dependencies: AgentDependencies) {
    this.#dependencies = dependencies;
    const { connection, liveScripts, scripts } = dependencies;
    this.#subscriptions = [
      liveScripts.onDidStart((script) => void this.#follow(script)),
      scripts.onDidChange((station) => this.ensure(station)),
      connection.onDidChangeServer(() => {
        for (const agent of this.#all) agent.restart();
      }),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('testStations.slots')) for (const id of this.#agents.keys()) this.ensure(id);
      }),
    ];
  }

  ensure(station: string): void {
    const script = this.#dependencies.scripts.get(station);
    const count = script === undefined ? 1 : setting('slots', script);
    const name = script === undefined ? null : testName(script.path);
    for (let slot = 1; slot <= count; slot += 1) {
      this.#agent(station, slot).offer({ script: name, problem: null, slots: count });
    }
    for (const [slot, agent] of this.#agents.get(station) ?? []) if (slot > count) agent.offer({ script: null });
  }

  get #all(): StationAgent[] {
    return [...this.#agents.values()].flatMap((agents) => [...agents.values()]);
  }

  #agent(station: string, slot: number): StationAgent {
    const agents = this.#agents.get(station) ?? new Map<number, StationAgent>();
    this.#agents.set(station, agents);
    const known = agents.get(slot);
    if (known !== undefined) return known;
    const { connection, log } = this.#dependencies;
    const agent = new StationAgent(connection, station, slot, log, (request) =>
      this.#handleRequest(station, slot, request),
    );
    agents.set(slot, agent);
    return agent;
  }

  async #follow(script: LiveScript): Promise<void> {
    // The agent must be subscribed before the first event, so there is no await above this line.
    const { station, slot } = script;
    const agent = this.#agent(station.id, slot.number);
    agent.follow(script);
    if (slot.count > 1) this.#agent(station.id, 1).offer({ slots: slot.count });
    if (await this.#dependencies.connection.can('operator').catch(() => true)) return;
    agent.dispose();
    this.#agents.get(station.id)?.delete(slot.number);
  }

  #handleRequest(station: string, slot: number, request: WindowRequest): void {
    if (request.event === 'start') {
      this.#setLoop(this.#agent(station, slot), request.data.loop);
      void this.#start(station, slot, request.data.serial_number);
    } else if (request.event === 'loop') this.#setLoop(this.#agent(station, slot), request.data.loop);
  }

  #setLoop(agent: StationAgent, loop: boolean): void {
    if (loop) this.#loops.add(agent);
    else this.#loops.delete(agent);
    agent.offer({ loop });
  }

  /** Runs the station's script, repeatedly while the slot loops and the units pass. */
  async #start(station: string, slot: number, first: string): Promise<void> {
    const { scripts, store, startScript } = this.#dependencies;
    this.ensure(station);
    const agent = this.#agent(station, slot);
    for (let unit: string | null = first; unit !== null; unit = this.#loops.has(agent) ? unit : null) {
      const before = agent.test?.execution_id;
      const lastUnit = this.#lastUnits.get(station);
      this.#lastUnits.set(station, unit);
      try {
        requireTrust();
        const script = scripts.get(station);
        if (script === undefined) return;
        const name = store.station(station)?.name ?? '';
        await startScript(script, { station: { id: station, name }, slot, serialNumber: unit });
      } catch (error) {
        if (!(error instanceof vscode.CancellationError)) void this.#dependencies.commands.show(error);
        if (lastUnit !== undefined && this.#lastUnits.get(station) === unit) this.#lastUnits.set(station, lastUnit);
        this.#setLoop(agent, false);
        agent.offer({ problem: messageOf(error) });
        return;
      }
      // The next unit follows the one that was started last, in whichever slot.
      unit = nextSerialNumber(this.#lastUnits.get(station) ?? unit);
      for (const each of this.#agents.get(station)?.values() ?? []) each.offer({ next_serial_number: unit });
      if (agent.test === null || agent.test.execution_id === before) {
        agent.offer({ problem: vscode.l10n.t('The script ended without running a test. See VS Code for the reason.') });
      }
      if (agent.test?.outcome !== 'PASS') this.#setLoop(agent, false);
    }
  }

  dispose(): void {
    for (const each of this.#subscriptions) each.dispose();
    for (const agent of this.#all) agent.dispose();
  }
}
