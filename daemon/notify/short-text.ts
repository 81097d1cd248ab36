// By itself, because texts are shortened both where a note is made and where a line of a message is.

/** At most so many characters; what is longer ends with an ellipsis. Never cuts a character in half. */
export function shortText(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const all = Array.from(text);
  return all.length <= characters ? text : `${all.slice(0, characters - 1).join('')}…`;
}
