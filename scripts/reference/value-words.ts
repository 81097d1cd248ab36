// What may stand behind a key, in words: `whole number, 1 to 86,400`.
import { choicesOf, type SchemaNode } from './schema-node.ts';

/** Words for a mapping that has a section of its own. */
type LinkTo = (mapping: SchemaNode) => string;

const LONGEST_PATTERN = 60;

const code = (value: unknown): string => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;

const grouped = (value: number): string => value.toLocaleString('en-US');

export function valueWords(node: SchemaNode, linkTo: LinkTo): string {
  const choices = choicesOf(node);
  const [first, second] = choices;
  if (first === undefined) return wordsOfOne(node, linkTo);
  if (choices.length === 2 && JSON.stringify(second?.items) === JSON.stringify(first)) {
    return `${valueWords(first, linkTo)}, or a list of them`;
  }
  return [...new Set(choices.map((choice) => valueWords(choice, linkTo)))].join('; or ');
}

/** Empty where nothing holds, and for sections: their keys have defaults of their own. */
export const defaultWords = (node: SchemaNode): string =>
  node.default === undefined || JSON.stringify(node.default) === '{}' ? '' : code(node.default);

export const exampleWords = ({ examples = [] }: SchemaNode): string =>
  examples.length === 0 ? '' : `Such as ${examples.map(code).join(', ')}.`;

function wordsOfOne(node: SchemaNode, linkTo: LinkTo): string {
  if (node.const !== undefined) return code(node.const);
  if (node.enum !== undefined) return node.enum.map(code).join(', ');
  if (node.properties !== undefined) return linkTo(node);
  switch (node.type) {
    case 'integer':
    case 'number':
      return [node.type === 'integer' ? 'whole number' : 'number', ...bounds(node)].join(', ');
    case 'boolean':
      return '`true` or `false`';
    case 'null':
      return '`null`';
    case 'array':
      return listWords(node, linkTo);
    case 'object':
      return mapWords(node, linkTo);
    case 'string':
      return textWords(node);
    default:
      throw new Error(`the reference has no words for ${JSON.stringify(node)}`);
  }
}

function bounds({ minimum, exclusiveMinimum, maximum }: SchemaNode): string[] {
  const most = maximum === undefined ? '' : grouped(maximum);
  if (exclusiveMinimum !== undefined) return [`more than ${grouped(exclusiveMinimum)}, at most ${most}`];
  return minimum === undefined ? [] : [`${grouped(minimum)} to ${most}`];
}

function listWords({ items, minItems = 0, maxItems }: SchemaNode, linkTo: LinkTo): string {
  const each = items === undefined ? 'anything' : valueWords(items, linkTo);
  const least = minItems > 0 ? [`${minItems} at least`] : [];
  const most = maxItems === undefined ? [] : [`${grouped(maxItems)} at most`];
  return [`list: ${each}`, ...least, ...most].join('; ');
}

function mapWords(
  { additionalProperties, minProperties, maxProperties }: SchemaNode,
  linkTo: LinkTo,
): string {
  if (additionalProperties === undefined || additionalProperties === false) return 'mapping without keys';
  const count = maxProperties === undefined ? [] : [`${minProperties ?? 0} to ${maxProperties} keys`];
  return [`mapping of names; each: ${valueWords(additionalProperties, linkTo)}`, ...count].join('; ');
}

function textWords({ minLength = 0, maxLength, pattern, format, examples, anyOf }: SchemaNode): string {
  if (format === 'date-time') return 'time with its zone';
  const words = anyOf?.find((each) => each.enum !== undefined);
  if (words !== undefined) return wordsOfOne(words, () => '');
  const length = maxLength === undefined ? [] : [`${minLength} to ${grouped(maxLength)} characters`];
  const isShort = pattern !== undefined && pattern.length <= LONGEST_PATTERN;
  const shape = isShort && examples === undefined ? [`of the form ${code(pattern)}`] : [];
  return ['text', ...shape, ...length].join(', ');
}
