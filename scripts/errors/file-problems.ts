// Problems of files and folders: what keeps a policy or the config from being read at all.
import type { ProblemCode } from '../../reconciler/model/problem.ts';
import { entry, type ErrorEntry } from './entry.ts';

export const YAML_PROBLEMS = {
  'yaml-syntax': entry('This is not valid YAML.', 'Mend the line that the message names.'),
  'unreadable-yaml': entry('The document is too broken to be read.', 'Look for a missing bracket or quote.'),
  indentation: entry(
    'A line begins at a column where it belongs to nothing.',
    'Move it to the column that the message names.',
  ),
  'merge-conflict': entry(
    'The file holds the marks of a merge conflict.',
    'Solve the conflict and remove the marks.',
  ),
  'several-documents': entry('The file holds more than one document.', 'Make a file of each.'),
  'yaml-directive': entry('The file begins with a YAML directive.', 'Remove the line that begins with %.'),
  'yaml-tag': entry('A value has a YAML tag.', 'Remove the word that begins with !.'),
  'anchored-key': entry('A key has an anchor.', 'Remove the word that begins with &.'),
  'merge-key': entry('A mapping has a merge key (`<<`).', 'Write the keys out.'),
  'unknown-alias': entry(
    'An alias names an anchor that is not there.',
    'Put it in quotes if it is a text that begins with *.',
  ),
  'too-many-aliases': entry('Aliases repeat more than is taken.', 'Use networks and services instead.'),
  'key-not-text': entry('A key is no text.', 'Write a plain word.'),
  'number-form': entry(
    'A number has a form that is easily misread, such as `0443`.',
    'Write plain digits, or put it in quotes if it is a text.',
  ),
  'unquoted-address': entry('YAML reads an address without quotes as something else.', 'Put it in quotes.'),
  'empty-file': entry(
    'The file declares nothing, which never means "no rules".',
    'Write `groups: []` if it is meant so, or remove the file.',
  ),
  'config-as-policy': entry(
    'The file is a config, and it was named as a policy or lies among policies.',
    'Check it with `rampart validate --config FILE`, or move it out of the folder of policies.',
  ),
  'not-utf8': entry('The file is not UTF-8.', 'Save it as UTF-8.'),
  'not-text': entry('The file holds a NUL byte.', 'Save it as UTF-8 text.'),
  'too-deep': entry('The document nests too deep.', 'Look for a missing bracket.'),
  'document-too-large': entry(
    'The document has too many lines, brackets or words to be parsed.',
    'Split the file.',
  ),
  'file-too-large': entry(
    'The file is larger than `policies.limits.bytesPerFile`, or the config than 1 MiB.',
    'Split it.',
  ),
} satisfies Partial<Record<ProblemCode, ErrorEntry>>;

export const SOURCE_PROBLEMS = {
  truncated: entry(
    'The file is only the beginning of the one in force: half a copy.',
    'Write the whole file, or `git add` it; else it is taken after `policies.settleSeconds`.',
  ),
  uncommitted: entry(
    '`policies.requireClean` is set, and a file differs from its commit.',
    'Commit it, or take the change back.',
  ),
  'checkout-refused': entry(
    'git refuses the folder, which belongs to another user.',
    'As the user of Rampart run the `git config` command of the message.',
  ),
  'policies-empty': entry(
    'There is no policy file.',
    'Write one; `groups: []` says that nothing is to be managed.',
  ),
  'policies-held': entry(
    'What the git source holds waits for a person.',
    'See [`policies.held`](log-events.md#policiesheld-error): approve it, or mend the commit.',
  ),
  'policies-restless': entry(
    'The files kept changing while they were read.',
    'Write new files beside the old ones and rename them into place.',
  ),
  'policies-too-costly': entry(
    'The policies took more than a minute or a gigabyte to read.',
    'Lower `policies.limits`, or split the estate.',
  ),
  'policies-too-deep': entry('Folders lie too deep in each other.', 'Move them up.'),
  'policies-too-large': entry(
    'All files together have more bytes than `policies.limits.bytes`.',
    'Remove what does not belong there, or raise the limit.',
  ),
  'policies-too-many': entry(
    'There are more files than `policies.limits.files`.',
    'Remove what does not belong there, or raise the limit.',
  ),
  'policies-unreachable': entry(
    'Nothing can be fetched from the git source.',
    'Check address, network and credentials; `rampart doctor` tries each.',
  ),
  'policies-unreadable': entry(
    'The folder of the policies cannot be read.',
    'Check `policies.path` and who may read it.',
  ),
  'policy-link': entry('A symbolic link in the commit is not followed.', 'Commit the file itself.'),
  'policy-link-outside': entry(
    'A symbolic link leads out of the policy folder.',
    'Copy what it points to into the folder.',
  ),
  'policy-not-a-file': entry('Something in the folder is neither a file nor a folder.', 'Remove it.'),
  'policy-replaced': entry(
    'A folder has taken the place of a file, or a file that of a folder.',
    'Put back what was there, or remove it and let a look pass.',
  ),
  'policy-submodule': entry('A submodule is not followed.', 'Commit its files.'),
  'policy-twice': entry(
    'The commit has a name twice.',
    'Commit the file again, and look for damage with `git fsck`.',
  ),
  'policy-unreadable': entry('A file cannot be read.', 'Check who may read it.'),
  verify: entry(
    'The daemon would not take this commit, whose signature it asks for.',
    'Have it signed: [verification.md](verification.md).',
  ),
} satisfies Partial<Record<ProblemCode, ErrorEntry>>;

export const CONFIG_PROBLEMS = {
  'no-config': entry(
    'There is no config file.',
    'Name it with `--config FILE`, or write one with `rampart init`.',
  ),
  'config-unreadable': entry(
    'The config cannot be read, or is no regular file.',
    'Check path and rights; a pipe is not taken.',
  ),
  'emulator-state': entry(
    'The file of `emulator.state` cannot be read.',
    'Name one that can, or leave the key out for an empty cloud.',
  ),
  'keys-in-policies': entry(
    'The keys that verify commits lie in the repository that they guard.',
    'Keep them where only those may write who decide whose signatures count.',
  ),
  'receiver-absent': entry(
    'The variable or file with the address or secret of a receiver is not here.',
    'Nothing, if it is there where the daemon runs.',
  ),
  'receiver-address': entry(
    'What the variable or file holds is no address or secret that the receiver takes.',
    'Write the one that its vendor shows.',
  ),
  'unknown-event': entry('No event has this name.', 'Write one that [log-events.md](log-events.md) lists.'),
} satisfies Partial<Record<ProblemCode, ErrorEntry>>;

/** Only of `rampart validate --upgrade`. */
export const UPGRADE_PROBLEMS = {
  'upgrade-apply': entry(
    '`rampart apply` asks before it writes.',
    'Add `--yes` or `--plan HASH` to the scripts that call it.',
  ),
  'upgrade-brake': entry(
    '`reconcile.brake` holds, also where it is not written.',
    'Write the limits that you want.',
  ),
  'upgrade-config': entry(
    'The config was right in 0.1.0 and is not any more.',
    'Write what the message names.',
  ),
  'upgrade-ignore': entry(
    'An `ignore` pattern by text alone no longer leaves every rule alone.',
    'Name the traffic of such rules too.',
  ),
  'upgrade-mode': entry('`reconcile.mode` has no default any more.', 'Write `enforce` to go on as before.'),
  'upgrade-texts': entry(
    'Rules without a description no longer inherit the text of another.',
    'Describe them.',
  ),
} satisfies Partial<Record<ProblemCode, ErrorEntry>>;
