/**
 * Exit code of a check that found nothing wrong, but could not do all of its work, because something it needs is not to
 * be had here; it has said what. `npm run release:check` tells such a check from one that passed. (EX_TEMPFAIL)
 */
export const LEFT_OUT = 75;
