// One-letter keys: `?` help, g-then-letter to a page, +-then-letter to a new record, data-key="n" presses that link or
// button, z takes back.
(() => {
  const typing = target => target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true]");
  const visible = element => element.offsetParent !== null || element.getClientRects().length > 0;
  const first = selector => [...document.querySelectorAll(selector)].find(visible);
  let going = 0, how = "", alone = 0;

  const press = element => {
    if (!element) return false;
    element.focus();
    element.click();
    return true;
  };

  document.addEventListener("keydown", event => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    if (key.length !== 1 || /["\\]/.test(key)) return;
    let done = false;
    clearTimeout(alone);
    if (going && Date.now() - going < 1500) {
      going = 0;
      const link = document.querySelector(`[data-${how}="${key}"]`);
      if (link) location.href = link.href;
      done = Boolean(link);
    } else if (key === "+") {
      [going, how] = [Date.now(), "new"];
      done = true;
    } else if (key === "g") {
      [going, how] = [Date.now(), "go"];
      alone = setTimeout(() => { going = 0; press(first('[data-key="g"]')); }, 700); // a page may use G itself, where no letter follows
      done = true;
    } else if (key === "?") {
      document.getElementById("keys")?.showModal();
      done = true;
    } else if (key === "z") {
      done = press([...document.querySelectorAll("[data-undo]")].pop());
    } else {
      done = press(first(`[data-key="${key}"]`));
    }
    if (done) event.preventDefault();
  });
})();
