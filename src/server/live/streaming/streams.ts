/** What a script does on a call: a method of one of its plugs, such as `respond` of OpenHTF's `UserInput`. */
export interface PlugCall {
  plug_name: string;
  method_name: string;
  args: unknown[];
}

/** A script that tells what its test does, while it does it. */
export interface LiveStream {
  readonly id: string;
  /** Null: it streams with a user's key, and is no station's. */
  readonly stationId: string | null;
  /** Calls a method in the script; nothing tells whether it arrived. */
  send(message: PlugCall): void;
}

/** How a stream ended: the script took its leave, broke off, lost its key, or the server ends. */
export type StreamEnd = 'farewell' | 'lost' | 'key' | 'server';

/** Who wants to know of live streams. */
export interface StreamListener {
  opened(stream: LiveStream): void;
  /** @param state OpenHTF's, whole, as the client sent it: not checked */
  state(stream: LiveStream, state: unknown): void;
  closed(stream: LiveStream, how: StreamEnd): void;
}
