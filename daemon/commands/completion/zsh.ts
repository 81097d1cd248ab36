// For zsh, as a file of its fpath or as one that is sourced.
import type { CommandShape, FlagShape } from './shape.ts';

export const zshScript = (commands: readonly CommandShape[]): string => `#compdef rampart
# zsh completion of rampart
_rampart() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quotedWord(`${name}:${summary}`)}`).join('\n')}
    'help:Show help of a command'
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    _arguments '--help[show help]' '--version[show the version]'
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(commandPart).join('\n')}
    help) _describe command commands ;;
  esac
}
if [[ $funcstack[1] == _rampart ]]; then _rampart "$@"; else compdef _rampart rampart; fi
`;

function commandPart({ name, flags, words, takesFiles }: CommandShape): string {
  const own = words === null ? (takesFiles ? ["'*:file:_files'"] : []) : [`'1:word:(${words.join(' ')})'`];
  const parts = [...flags.map(flagPart), ...own];
  return `    ${name})\n      _arguments \\\n${parts.map((part) => `        ${part}`).join(' \\\n')}\n      ;;`;
}

/** Of a description `[`, `]` and `:` would mean something. */
function flagPart({ name, description, value }: FlagShape): string {
  const told = `${name}[${description.replaceAll(/[[\]:\\]/g, (character) => `\\${character}`)}]`;
  switch (value.kind) {
    case 'none':
      return quotedWord(told);
    case 'file':
      return quotedWord(`${told}:file:_files`);
    case 'any':
      return quotedWord(`${told}:value: `);
    case 'words':
      return quotedWord(`${told}:value:(${value.words.join(' ')})`);
  }
}

export const quotedWord = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
