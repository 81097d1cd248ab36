// For fish. Only what is said to be a file is completed as one.
import type { CommandShape, FlagShape } from './shape.ts';

export const fishScript = (commands: readonly CommandShape[]): string =>
  [
    '# fish completion of rampart',
    'complete -c rampart -f',
    `complete -c rampart -n __fish_use_subcommand -s h -l help -d ${fishWord('show help')}`,
    `complete -c rampart -n __fish_use_subcommand -s V -l version -d ${fishWord('show the version')}`,
    `complete -c rampart -n __fish_use_subcommand -a help -d ${fishWord('Show help of a command')}`,
    ...commands.flatMap(fishLines),
    `complete -c rampart -n '__fish_seen_subcommand_from help' -a ${fishWord(commands.map(({ name }) => name).join(' '))}`,
    '',
  ].join('\n');

function fishLines({ name, summary, flags, words, takesFiles }: CommandShape): string[] {
  const within = `complete -c rampart -n '__fish_seen_subcommand_from ${name}; and not __fish_seen_subcommand_from help'`;
  return [
    `complete -c rampart -n __fish_use_subcommand -a ${name} -d ${fishWord(summary)}`,
    ...(words === null ? [] : [`${within} -a ${fishWord(words.join(' '))}`]),
    ...(takesFiles ? [`${within} -F`] : []),
    ...flags.map((flag) => `${within} ${flagWords(flag)}`),
  ];
}

function flagWords({ name, description, value }: FlagShape): string {
  const told = `-l ${name.replace(/^--/, '')} -d ${fishWord(description)}`;
  switch (value.kind) {
    case 'none':
      return told;
    case 'file':
      return `${told} -r -F`;
    case 'any':
      return `${told} -x`;
    case 'words':
      return `${told} -x -a ${fishWord(value.words.join(' '))}`;
  }
}

/** Within single quotes fish escapes these two. */
const fishWord = (text: string): string => `'${text.replaceAll(/[\\']/g, (character) => `\\${character}`)}'`;
