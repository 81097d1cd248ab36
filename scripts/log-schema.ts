// docs/log-schema.json: what a line of the log can be, from the types of the events and the levels of the catalogue.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { CATALOG } from '../daemon/telemetry/catalog.ts';
import type { EventName } from '../daemon/telemetry/events.ts';

type Schema = Readonly<Record<string, unknown>>;

const EVENTS = fileURLToPath(new URL('../daemon/telemetry/events.ts', import.meta.url));

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  strict: true,
  exactOptionalPropertyTypes: true,
  allowImportingTsExtensions: true,
  noEmit: true,
};

/** One schema for each event under `$defs`, and any of them for a line. */
export function logJsonSchema(): Schema {
  const program = ts.createProgram([EVENTS], OPTIONS);
  const checker = program.getTypeChecker();
  const common = interfaceOf(program, checker, 'CommonFields');
  const own = interfaceOf(program, checker, 'OwnFields');
  const shared = propertiesOf(common, checker);
  const defs = checker.getPropertiesOfType(own).map((event) => {
    const name = event.getName();
    if (!isEvent(name)) throw new Error(`${name} is no event of the catalogue`);
    return [name, eventSchema(name, typeOf(event, checker), shared, checker)] as const;
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A line of the log of Rampart, with log.format: json',
    anyOf: defs.map(([name]) => ({ $ref: `#/$defs/${name}` })),
    $defs: Object.fromEntries(defs),
  };
}

const isEvent = (name: string): name is EventName => name in CATALOG;

function eventSchema(name: EventName, type: ts.Type, shared: ObjectParts, checker: ts.TypeChecker): Schema {
  const { level, isError, levelOfRepeats } = CATALOG[name];
  const levels = new Set([level, ...(isError === undefined ? [] : ['error']), levelOfRepeats ?? level]);
  const head = {
    level: { enum: [...levels] },
    time: { type: 'string', format: 'date-time' },
    event: { const: name },
    msg: { type: 'string' },
    suppressed: { type: 'integer', minimum: 1 },
  };
  const forms = (type.isUnion() ? type.types : [type]).map((form): Schema => {
    const parts = propertiesOf(form, checker);
    return {
      type: 'object',
      properties: { ...head, ...shared.properties, ...parts.properties },
      required: ['level', 'time', 'event', 'msg', ...parts.required],
      additionalProperties: false,
    };
  });
  const [only = {}, ...others] = forms;
  return others.length === 0 ? only : { anyOf: forms };
}

interface ObjectParts {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required: readonly string[];
}

function propertiesOf(type: ts.Type, checker: ts.TypeChecker): ObjectParts {
  const properties = checker.getPropertiesOfType(type);
  const isOptional = (property: ts.Symbol): boolean => (property.flags & ts.SymbolFlags.Optional) !== 0;
  return {
    properties: Object.fromEntries(
      properties.map((property) => [property.getName(), schemaOf(typeOf(property, checker), checker)]),
    ),
    required: properties.filter((property) => !isOptional(property)).map((property) => property.getName()),
  };
}

function schemaOf(type: ts.Type, checker: ts.TypeChecker): Schema {
  const { flags } = type;
  if ((flags & ts.TypeFlags.Boolean) !== 0) return { type: 'boolean' };
  if (type.isUnion()) return unionSchema(type.types, checker);
  if (type.isStringLiteral()) return { const: type.value };
  if ((flags & ts.TypeFlags.String) !== 0) return { type: 'string' };
  if ((flags & ts.TypeFlags.Number) !== 0) return { type: 'number' };
  if ((flags & ts.TypeFlags.BooleanLiteral) !== 0) return { const: checker.typeToString(type) === 'true' };
  if ((flags & ts.TypeFlags.Null) !== 0) return { type: 'null' };
  if (checker.isArrayType(type)) {
    const [item] = checker.getTypeArguments(type as ts.TypeReference);
    return { type: 'array', items: item === undefined ? {} : schemaOf(item, checker) };
  }
  if ((flags & ts.TypeFlags.Object) !== 0) {
    return { type: 'object', ...propertiesOf(type, checker), additionalProperties: false };
  }
  throw new Error(`a field of an event has the type ${checker.typeToString(type)}, which this cannot write`);
}

function unionSchema(types: readonly ts.Type[], checker: ts.TypeChecker): Schema {
  const there = types.filter(({ flags }) => (flags & ts.TypeFlags.Undefined) === 0);
  const literals = there.flatMap((each) => (each.isStringLiteral() ? [each.value] : []));
  if (literals.length === there.length) return { enum: literals };
  const schemas = there.map((each) => schemaOf(each, checker));
  const [only = {}] = schemas;
  return schemas.length === 1 ? only : { anyOf: schemas };
}

function typeOf(property: ts.Symbol, checker: ts.TypeChecker): ts.Type {
  return checker.getTypeOfSymbol(property);
}

function interfaceOf(program: ts.Program, checker: ts.TypeChecker, name: string): ts.Type {
  const found = program
    .getSourceFile(EVENTS)
    ?.statements.find((statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === name);
  if (found === undefined) throw new Error(`${EVENTS} declares no ${name}`);
  return checker.getTypeAtLocation(found);
}
