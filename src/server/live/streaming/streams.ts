/** A call of a method of a plug in a script, such as `respond` of OpenHTF's `UserInput`. */
export interface PlugCall {
  plug_name: string;
  method_name: string;
  args: unknown[];
}

/** A script that reports the state of its test while the test runs. */
export interface LiveStream {
  readonly id: string;
  /** Null: it streams with a user's key, and belongs to no station. */
  readonly stationId: string | null;
  /** Calls a method in the script. There is no acknowledgement. */
  send(message: PlugCall): void;
}

/**
 * How a stream ended: the script disconnected cleanly, the connection was lost, the key was revoked, or the server
 * stopped.
 */
export type StreamEnd = 'farewell' | 'lost' | 'key' | 'server';

/** Receives the events of live streams. */
export interface StreamListener {
  opened(stream: LiveStream): void;
  /** @param state the complete state of OpenHTF as the client sent it, unchecked */
  state(stream: LiveStream, state: unknown): void;
  closed(stream: LiveStream, how: StreamEnd): void;
}
