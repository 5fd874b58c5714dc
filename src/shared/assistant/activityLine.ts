import { type ActivityConsent, type ActivityEntry, activityEntry } from '../contract/assistantActivity.ts';

const maxTextLength = 2_000;
/** The keys of this product, and anything that is sent as a bearer token. */
const keys = [/(ts[usl]_)[\w-]+/g, /(\bbearer\s+)[\w.~+/=-]+/gi];

export function activityLine(call: {
  readonly at: Date;
  readonly tool: string;
  readonly arguments: unknown;
  readonly result: unknown;
  readonly consent: ActivityConsent;
}): string {
  const entry: ActivityEntry = {
    at: call.at.toISOString(),
    tool: recordedText(call.tool),
    arguments: recordedText(call.arguments),
    result: recordedText(call.result),
    consent: call.consent,
  };
  return JSON.stringify(entry);
}

function recordedText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  const withoutKeys = keys.reduce((rest, key) => rest.replace(key, '$1…'), text);
  return withoutKeys.length > maxTextLength ? `${withoutKeys.slice(0, maxTextLength - 1)}…` : withoutKeys;
}

/** Newest first, without unreadable lines, such as a half-written one. */
export function parseActivity(text: string): ActivityEntry[] {
  return text
    .split('\n')
    .flatMap((line) => entryOf(line) ?? [])
    .reverse();
}

function entryOf(line: string): ActivityEntry | undefined {
  try {
    return activityEntry.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
