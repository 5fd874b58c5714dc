import * as z from 'zod';

const wrongArguments = 'not_an_object';

const object = z.record(z.string(), z.unknown());
const objectOrNone = object.catch({});

/**
 * Returns the body of a request in which each call fits the schema of the protocol. The SDK would refuse the others with the
 * text of a schema error, and no handler could record them; so they are passed on in a form that the handlers refuse.
 */
export const wellFormedCalls = (body: unknown): unknown =>
  Array.isArray(body) ? body.map(wellFormedCall) : wellFormedCall(body);

function wellFormedCall(message: unknown): unknown {
  const { data } = object.safeParse(message);
  if (data === undefined) return message;
  const params = objectOrNone.parse(data['params']);
  if (data['method'] === 'resources/read') return { ...data, params: { ...params, uri: textOf(params['uri']) } };
  if (data['method'] !== 'tools/call') return message;
  const given = params['arguments'] ?? {};
  const isFitting = isObject(given) && !Object.hasOwn(given, wrongArguments);
  const fitting = isFitting ? given : { [wrongArguments]: given };
  return { ...data, params: { ...params, name: textOf(params['name']), arguments: fitting } };
}

function textOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export const sentArguments = (given: Readonly<Record<string, unknown>>): unknown =>
  Object.hasOwn(given, wrongArguments) ? given[wrongArguments] : given;

export const isObject = (value: unknown): value is Record<string, unknown> => object.safeParse(value).success;
