/** `1 rule`, `2 rules`: for nouns whose plural is made with an s. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
