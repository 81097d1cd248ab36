// For bash 4 and later. Flags with `=` come as three words.
import { firstWords, type CommandShape, type FlagShape } from './shape.ts';

/** Names and words of choices need no quotes: they are letters, digits, and `-_.`. */
export const bashScript = (commands: readonly CommandShape[]): string => `# bash completion of rampart
_rampart() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command=\${COMP_WORDS[1]} words=
  COMPREPLY=()
  if [ "$word" = = ]; then word=; elif [ "$before" = = ]; then before=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W '${firstWords(commands)}' -- "$word")
    return
  fi
  case "$command $before" in
${commands.flatMap(valueCases).join('\n')}
    'help help') words='${commands.map(({ name }) => name).join(' ')}' ;;
    *)
      case "$command" in
${commands.map(commandCase).join('\n')}
      esac
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o bashdefault -o default -F _rampart rampart
`;

/** Nothing is offered for a value that only the person knows; for a file, the shell's own. */
function valueCases({ name, flags }: CommandShape): string[] {
  const named = (wanted: (flag: FlagShape) => boolean): string =>
    flags
      .filter(wanted)
      .map((flag) => `'${name} ${flag.name}'`)
      .join(' | ');
  const files = named(({ value }) => value.kind === 'file');
  const others = named(({ value }) => value.kind === 'any');
  return [
    ...flags.flatMap((flag) =>
      flag.value.kind === 'words'
        ? [`    '${name} ${flag.name}') words='${flag.value.words.join(' ')}' ;;`]
        : [],
    ),
    ...(files === '' ? [] : [`    ${files}) return ;;`]),
    ...(others === '' ? [] : [`    ${others}) compopt +o default +o bashdefault; return ;;`]),
  ];
}

function commandCase({ name, flags, words, takesFiles }: CommandShape): string {
  const names = flags.map((flag) => flag.name).join(' ');
  const offered = `words='${[...(words ?? []), names].join(' ')}'`;
  // Where files may stand, flags are offered to who begins one.
  const body = takesFiles ? `[[ $word == -* ]] && ${offered}` : offered;
  return `        ${name}) ${body} ;;`;
}
