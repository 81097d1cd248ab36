// What the JSON Schemas of policies and config are made of, as far as the reference tells it.

export interface SchemaNode {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | false;
  readonly items?: SchemaNode;
  readonly required?: readonly string[];
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly allOf?: readonly SchemaNode[];
}

/** A mapping with keys of its own, and where it stands: `groups[].ingress[]`. */
export interface MappingAt {
  readonly path: string;
  /** Of several kinds of mapping at one place: which one, such as `type: oidc`. Empty where there is one. */
  readonly kind: string;
  readonly node: SchemaNode;
}

/** What a value is one of; empty where there is no choice. */
export const choicesOf = (node: SchemaNode): readonly SchemaNode[] =>
  node.properties !== undefined || node.type === 'string' ? [] : (node.anyOf ?? node.oneOf ?? []);

/** The mappings with keys of their own that a value may be or hold, each once. */
export function mappingsIn(path: string, node: SchemaNode): readonly MappingAt[] {
  const choices = choicesOf(node);
  if (choices.length > 0) {
    const found = choices.flatMap((choice) => mappingsIn(path, choice));
    return found.filter(
      (one, at) => found.findIndex((other) => keysOf(other.node) === keysOf(one.node)) === at,
    );
  }
  if (node.properties !== undefined) return [{ path, kind: kindOf(node), node }];
  if (node.items !== undefined) return mappingsIn(`${path}[]`, node.items);
  const values = node.additionalProperties;
  return values === undefined || values === false ? [] : mappingsIn(`${path}.NAME`, values);
}

/** What may stand in a value that is no mapping with keys of its own: texts and numbers, through lists and choices. */
export function leavesOf(node: SchemaNode): readonly SchemaNode[] {
  if (node.properties !== undefined) return [];
  const { items, additionalProperties: values } = node;
  const inside = [
    ...choicesOf(node),
    ...(items === undefined ? [] : [items]),
    ...(values === undefined || values === false ? [] : [values]),
  ];
  return inside.length === 0 ? [node] : inside.flatMap(leavesOf);
}

/** Equal for mappings with the same keys, whatever is said of them as a whole. */
export const keysOf = ({ properties, required }: SchemaNode): string =>
  JSON.stringify([properties, required]);

/** What is said of a value: by itself, or by the one of its choices that is more than `null`. */
export function descriptionOf(node: SchemaNode): string | undefined {
  if (node.description !== undefined) return node.description;
  return choicesOf(node).find(({ type }) => type !== 'null')?.description;
}

function kindOf({ properties = {} }: SchemaNode): string {
  const told = Object.entries(properties).find(([, value]) => value.const !== undefined);
  return told === undefined ? '' : `${told[0]}: ${String(told[1].const)}`;
}
