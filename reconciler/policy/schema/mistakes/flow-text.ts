// A value as it could stand in a policy, on one line: for hints that say what to write instead.

/** Texts that YAML reads as themselves wherever they stand. */
const PLAIN = /^[A-Za-z0-9_.][A-Za-z0-9_./*-]*(?::+[A-Za-z0-9_./-]+)*$|^::[A-Za-z0-9:]*\/\d+$/;

/** Texts that YAML reads as something else. */
const NOT_A_TEXT = /^(?:null|true|false|[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|0[ox][\da-f]+)$/i;

export function flowText(value: unknown): string {
  if (typeof value === 'string') return flowString(value);
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const pairs = Object.entries(value).map(([key, each]) => `${flowString(key)}: ${flowText(each)}`);
  return `{${pairs.join(', ')}}`;
}

const flowString = (text: string): string =>
  PLAIN.test(text) && !NOT_A_TEXT.test(text) ? text : JSON.stringify(text);
