// The only script of the pages: what the daemon does is seen without a reload. Without it a page is loaded again by itself
// every ten seconds; the server names its hash in the Content-Security-Policy.

/** The part that changes is `main`; what a person types stands outside of it. */
export const LIVE_SCRIPT = `
(() => {
  const PAUSE_MS = 700;
  let isWaiting = false;
  const show = (page) => {
    const [before, after] = [document.querySelector('main'), page.querySelector('main')];
    if (before === null || after === null) return;
    for (const { id } of before.querySelectorAll('details[open][id]')) after.querySelector('#' + CSS.escape(id))?.setAttribute('open', '');
    const focused = before.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
    before.replaceWith(after);
    document.title = page.title;
    if (focused !== null) after.querySelector('a[href="' + CSS.escape(focused) + '"]')?.focus({ preventScroll: true });
  };
  const load = async () => {
    try {
      const answer = await fetch(location.href);
      if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), 'text/html'));
    } catch { /* The daemon is gone; the stream tells when it is back. */ }
    isWaiting = false;
  };
  const soon = () => {
    if (isWaiting) return;
    isWaiting = true;
    setTimeout(load, PAUSE_MS);
  };
  const events = new EventSource('/api/events');
  events.onmessage = soon;
  events.onopen = soon;
})();
`;
