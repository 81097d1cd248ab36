/**
 * Replaces what a terminal would act upon instead of showing it: control characters, and the marks that
 * reorder or hide text. A policy file must not be able to rewrite the report about itself.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/gu, '\u{FFFD}');
}
