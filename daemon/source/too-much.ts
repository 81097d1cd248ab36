// Folders that are not taken for policies as a whole: empty ones, and those beyond a limit.
import { unreadable, type Unreadable } from './source.ts';

/** A volume that was not mounted looks like this too: it never means that nothing is wanted. */
export const emptyFolder = (root: string): Unreadable =>
  unreadable('', {
    file: root,
    code: 'policies-empty',
    message: 'there is no policy file (*.yaml or *.yml) here',
    hint: 'a file with `version: 1` and `groups: []` says that nothing is to be managed',
  });

export const tooManyBytes = (root: string, limit: number): Unreadable =>
  unreadable('', {
    file: root,
    code: 'policies-too-large',
    message: `the policy files hold more than ${limit} bytes together`,
    hint: 'remove what is no policy, or raise `policies.limits.bytes`',
  });

export const tooManyFiles = (root: string, limit: number): Unreadable =>
  tooMany(
    root,
    `more than ${limit} policy files lie in the policy folder; \`policies.limits.files\` is ${limit}`,
  );

export const tooManyNames = (root: string, limit: number): Unreadable =>
  tooMany(root, `more than ${limit} names lie in the policy folder`);

const tooMany = (root: string, message: string): Unreadable =>
  unreadable('', {
    file: root,
    code: 'policies-too-many',
    message,
    hint: 'choose a `policies.path` that holds only policies',
  });
