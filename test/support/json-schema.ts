// A reader of JSON Schema for tests: the keywords that our generated schema uses, and an error for any other,
// so that a new keyword cannot slip by unread.

type Schema = Readonly<Record<string, unknown>>;
type Check = (argument: never, value: unknown, schema: Schema) => boolean;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
};

const onObjects = (check: (value: Record<string, unknown>) => boolean) => (value: unknown) =>
  !isObject(value) || check(value);

const CHECKS: Readonly<Record<string, Check>> = {
  type: (type: string, value) => TYPES[type]?.(value) === true,
  const: (expected: unknown, value) => value === expected,
  enum: (allowed: unknown[], value) => allowed.includes(value),
  pattern: (pattern: string, value) => typeof value !== 'string' || new RegExp(pattern, 'u').test(value),
  minLength: (min: number, value) => typeof value !== 'string' || Array.from(value).length >= min,
  maxLength: (max: number, value) => typeof value !== 'string' || Array.from(value).length <= max,
  minimum: (min: number, value) => typeof value !== 'number' || value >= min,
  maximum: (max: number, value) => typeof value !== 'number' || value <= max,
  minItems: (min: number, value) => !Array.isArray(value) || value.length >= min,
  maxItems: (max: number, value) => !Array.isArray(value) || value.length <= max,
  items: (items: Schema, value) => !Array.isArray(value) || value.every((item) => fitsSchema(items, item)),
  minProperties: (min: number, value) => onObjects((object) => Object.keys(object).length >= min)(value),
  maxProperties: (max: number, value) => onObjects((object) => Object.keys(object).length <= max)(value),
  required: (keys: string[], value) => onObjects((object) => keys.every((key) => key in object))(value),
  properties: (properties: Record<string, Schema>, value) =>
    onObjects((object) =>
      Object.entries(properties).every(
        ([key, schema]) => !(key in object) || fitsSchema(schema, object[key]),
      ),
    )(value),
  propertyNames: (names: Schema, value) =>
    onObjects((object) => Object.keys(object).every((key) => fitsSchema(names, key)))(value),
  additionalProperties: (rest: Schema | false, value, schema) =>
    onObjects((object) => {
      const known = Object.keys(schema.properties ?? {});
      const others = Object.keys(object).filter((key) => !known.includes(key));
      return rest === false ? others.length === 0 : others.every((key) => fitsSchema(rest, object[key]));
    })(value),
  allOf: (schemas: Schema[], value) => schemas.every((schema) => fitsSchema(schema, value)),
  anyOf: (schemas: Schema[], value) => schemas.some((schema) => fitsSchema(schema, value)),
  oneOf: (schemas: Schema[], value) => schemas.filter((schema) => fitsSchema(schema, value)).length === 1,
};

/** Keywords that say something to people and nothing about values. */
const ANNOTATIONS = new Set(['$schema', 'title', 'description', 'examples', 'default', 'format']);

export function fitsSchema(schema: Schema, value: unknown): boolean {
  return Object.entries(schema).every(([keyword, argument]) => {
    if (ANNOTATIONS.has(keyword)) return true;
    const check = CHECKS[keyword];
    if (check === undefined) throw new Error(`unread keyword ${keyword}`);
    return check(argument as never, value, schema);
  });
}
