import * as z from 'zod';
import { cursorPlace, type Place } from './cursorPlace.ts';

export interface Suggestion {
  readonly label: string;
  readonly insert: string;
  readonly description: string | null;
  readonly isRequired: boolean;
  readonly kind: 'key' | 'value';
}

export interface SchemaHelp {
  readonly suggestions: readonly Suggestion[];
  readonly replacedLength: number;
}

interface Schema {
  readonly type?: string | readonly string[] | undefined;
  readonly description?: string | undefined;
  readonly $ref?: string | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly additionalProperties?: Schema | boolean | undefined;
  readonly items?: Schema | undefined;
  readonly allOf?: readonly Schema[] | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly const?: unknown;
}

const schemaNode: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    description: z.string().optional(),
    $ref: z.string().optional(),
    properties: z.record(z.string(), schemaNode).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([z.boolean(), schemaNode]).optional(),
    items: schemaNode.optional(),
    allOf: z.array(schemaNode).optional(),
    anyOf: z.array(schemaNode).optional(),
    enum: z.array(z.unknown()).optional(),
    const: z.unknown().optional(),
  }),
);

const rootSchema = z.looseObject({ definitions: z.record(z.string(), schemaNode) }).transform((root) => ({
  root: schemaNode.parse(root),
  definitions: root.definitions,
}));

export class ProcedureSchema {
  readonly #root: Schema;
  readonly #definitions: Readonly<Record<string, Schema>>;

  constructor(json: unknown) {
    const { root, definitions } = rootSchema.parse(json);
    this.#root = root;
    this.#definitions = definitions;
  }

  suggestionsAt(source: string, offset: number): SchemaHelp {
    const place = cursorPlace(source, offset);
    if (place === undefined) return { suggestions: [], replacedLength: 0 };
    const suggestions = place.key === null ? this.#keys(place) : this.#values(place, place.key);
    return { suggestions, replacedLength: place.written.length };
  }

  /** Returns what is known of the key at an offset, in Markdown. */
  describe(source: string, offset: number): string | null {
    const end = /^[\w-]*/.exec(source.slice(offset))?.[0].length ?? 0;
    const place = cursorPlace(source, offset + end);
    if (place === undefined) return null;
    const isKey = place.key === null;
    const key = place.key ?? place.written;
    if (isKey && !/^["']?\s*:(?:\s|$)/.test(source.slice(offset + end, offset + end + 4))) return null;
    const schemas = this.#at(place, [...place.path, key]);
    const described = schemas.find(({ description }) => description !== undefined)?.description;
    const values = valuesOf(schemas);
    const parts = [described, values.length > 0 ? values.map((value) => `\`${value}\``).join(' · ') : undefined];
    const text = parts.filter((part) => part !== undefined).join('\n\n');
    return text === '' ? null : text;
  }

  #keys({ path, siblings, isInFlow, indent }: Place): Suggestion[] {
    const seen = new Map<string, Suggestion>();
    for (const { properties = {}, required = [] } of this.#at({ siblings }, path)) {
      for (const [key, schema] of Object.entries(properties)) {
        if (siblings.has(key) || seen.has(key)) continue;
        const all = this.#resolve(schema);
        seen.set(key, {
          label: key,
          insert: `${key}:${isInFlow ? ' ' : openingOf(all, indent)}`,
          description: all.find(({ description }) => description !== undefined)?.description ?? null,
          isRequired: required.includes(key),
          kind: 'key',
        });
      }
    }
    return [...seen.values()];
  }

  #values(place: Place, key: string): Suggestion[] {
    const schemas = this.#at(place, [...place.path, key]);
    const description = schemas.find((schema) => schema.description !== undefined)?.description ?? null;
    return valuesOf(schemas).map((label) => ({ label, insert: label, description, isRequired: false, kind: 'value' }));
  }

  /** Returns the schemas that apply at a path. Where there are several kinds of objects, the `type` beside the cursor decides. */
  #at({ siblings }: Pick<Place, 'siblings'>, path: Place['path']): Schema[] {
    let schemas = this.#resolve(this.#root);
    path.forEach((step, index) => {
      const isOwner = index === path.length - 1 && step !== null;
      const fitting = isOwner ? ofType(schemas, siblings) : schemas;
      schemas = fitting.flatMap((schema) => this.#child(schema, step)).flatMap((schema) => this.#resolve(schema));
    });
    return ofType(schemas, siblings);
  }

  #child({ properties, additionalProperties, items }: Schema, step: string | null): Schema[] {
    if (step === null) return items === undefined ? [] : [items];
    const own = properties?.[step];
    if (own !== undefined) return [own];
    return typeof additionalProperties === 'object' ? [additionalProperties] : [];
  }

  #resolve(schema: Schema): Schema[] {
    const { $ref: reference, allOf = [], anyOf = [] } = schema;
    const target = reference === undefined ? undefined : this.#definitions[reference.replace('#/definitions/', '')];
    const others = [...(target === undefined ? [] : [target]), ...allOf, ...anyOf];
    return [schema, ...others.flatMap((other) => this.#resolve(other))];
  }
}

function ofType(schemas: readonly Schema[], siblings: Place['siblings']): Schema[] {
  const type = siblings.get('type');
  if (type === undefined || type === '') return [...schemas];
  const fitting = schemas.filter(({ properties }) => {
    const allowed = properties?.['type']?.enum;
    return allowed === undefined || allowed.includes(type);
  });
  return fitting.length > 0 ? fitting : [...schemas];
}

const valuesOf = (schemas: readonly Schema[]): string[] => [
  ...new Set(
    schemas.flatMap((schema) => {
      if (schema.enum !== undefined) return schema.enum.map(written);
      if (schema.const !== undefined) return [written(schema.const)];
      return isOfType(schema, 'boolean') ? ['true', 'false'] : [];
    }),
  ),
];

const isOfType = ({ type }: Schema, wanted: string): boolean => [type].flat().includes(wanted);

/** Returns a value as YAML writes it: what begins with a sign must be quoted. */
const written = (value: unknown): string =>
  typeof value === 'string' && /^[!=<>]/.test(value) ? `'${value}'` : String(value);

function openingOf(schemas: readonly Schema[], indent: number): string {
  const inner = `\n${' '.repeat(indent + 2)}`;
  if (schemas.some((schema) => isOfType(schema, 'array'))) return `${inner}- `;
  return schemas.some((schema) => isOfType(schema, 'object')) ? inner : ' ';
}
