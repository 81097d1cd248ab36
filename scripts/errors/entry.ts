/** What makes Rampart say something, and what a person does about it. */
export interface ErrorEntry {
  readonly cause: string;
  readonly cure: string;
}

export const entry = (cause: string, cure: string): ErrorEntry => ({ cause, cure });
