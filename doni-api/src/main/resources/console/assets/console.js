// Keeps the part of a page with the id "live" up to date. The server says on a stream that something
// has changed; the page then fetches the part again, which is answered with 204 if it is the same.
"use strict";
(() => {
  const POLL = 5_000; // while there is no stream
  const REPEAT = 30_000; // while there is one: what has no event, such as an attempt that begins
  const SOON = 250; // between two requests of this page; longer where answers take long
  const part = () => document.getElementById("live");
  const path = part()?.dataset.stream;
  if (!path) {
    return;
  }
  let stream = null;
  let following = false;
  let stale = false;
  let loading = false;
  let timer = null;
  let began = 0;
  let ended = Date.now();
  let pause = SOON;

  // A refresh would close what the user has opened or is reading. A page in the background asks for
  // nothing, and has no stream: browsers open only a few connections to a server.
  const busy = () => document.hidden || part().querySelector("details[open]") !== null;

  const load = () => {
    if (!stale || loading || timer !== null || busy()) {
      return;
    }
    const wait = ended + pause - Date.now();
    if (wait > 0) {
      timer = setTimeout(() => {
        timer = null;
        load();
      }, wait);
      return;
    }
    stale = false;
    loading = true;
    began = Date.now();
    htmx.trigger(part(), "stale");
  };

  const refresh = () => {
    stale = true;
    load();
  };

  const follow = () => {
    if (stream !== null || document.hidden) {
      return;
    }
    stream = new EventSource(path);
    stream.addEventListener("changed", refresh);
    stream.addEventListener("open", () => {
      following = true;
      refresh(); // what changed since the page was made, or since the connection was lost
    });
    stream.addEventListener("error", () => {
      following = false;
      if (stream.readyState === EventSource.CLOSED) {
        leave(); // refused, not lost: the browser does not try again
        setTimeout(follow, POLL);
      }
    });
  };

  const leave = () => {
    stream?.close();
    stream = null;
    following = false;
  };

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      leave();
    } else {
      follow();
      refresh();
    }
  });
  document.addEventListener("toggle", load, true);
  setInterval(() => {
    const every = following ? Number(part().dataset.every ?? REPEAT) : POLL;
    if (Date.now() - ended >= every) {
      refresh();
    } else {
      load();
    }
  }, 1_000);

  // The focus stays on a link or a region that is there before and after.
  let focused = null;
  const same = (element) => element.getAttribute("href") ?? element.getAttribute("aria-label");
  document.addEventListener("htmx:beforeSwap", () => {
    const element = document.activeElement;
    focused = part().contains(element) ? same(element) : null;
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (focused !== null) {
      [...part().querySelectorAll("[href], [aria-label]")].find((element) => same(element) === focused)?.focus();
    }
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    loading = false;
    ended = Date.now();
    // A failed request, as one that waited for a server that stopped, says nothing of the next one.
    pause = event.detail.successful ? Math.min(POLL, Math.max(SOON, 5 * (ended - began))) : SOON;
    load();
  });

  follow();
})();
