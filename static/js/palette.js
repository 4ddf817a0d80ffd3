// The palette of `/` and Ctrl-K: htmx fills it while typing, arrows choose, Enter opens. Without it the link leads to /search/.
(() => {
  const palette = () => document.getElementById("palette");
  const ask = () => palette().querySelector("input[name=q]");
  const hits = () => [...palette().querySelectorAll(".hit")];

  const choose = index => {
    const all = hits();
    all.forEach((hit, i) => hit.setAttribute("aria-selected", String(i === index)));
    if (all[index]) {
      ask().setAttribute("aria-activedescendant", all[index].id);
      all[index].scrollIntoView({ block: "nearest" });
    } else ask().removeAttribute("aria-activedescendant");
  };
  const chosen = () => hits().findIndex(hit => hit.getAttribute("aria-selected") === "true");

  let answered = "", waiting = null; // the words whose hits are shown; an Enter that came before them
  const typed = () => ask().value.trim();
  const go = inNewTab => {
    const url = hits()[chosen()].href;
    if (inNewTab) window.open(url, "_blank", "noopener");
    else location.href = url;
  };

  const open = () => {
    if (!palette() || palette().open) return;
    palette().showModal();
    ask().select();
    ask().focus();
    ask().dispatchEvent(new Event("open"));
  };

  document.addEventListener("click", event => {
    if (!palette() || !event.target.closest("[data-palette]") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("keydown", event => {
    const isTyping = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable=true]");
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    } else if (event.key === "/" && !isTyping && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      open();
    } else if (palette()?.open && event.target === ask()) {
      const all = hits();
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        const step = event.key === "ArrowDown" ? 1 : -1;
        if (all.length) choose((chosen() + step + all.length) % all.length);
      } else if (event.key === "Enter" && typed() && typed() !== answered) {
        event.preventDefault();
        waiting = { inNewTab: event.ctrlKey || event.metaKey };
      } else if (event.key === "Enter" && all[chosen()]) {
        event.preventDefault();
        go(event.ctrlKey || event.metaKey);
      }
    }
  });
  document.addEventListener("htmx:afterSwap", event => {
    if (event.target.id !== "palette-found") return;
    answered = String(event.detail.requestConfig?.parameters?.q ?? "").trim();
    choose(typed() ? 0 : -1);
    if (waiting && answered === typed() && hits().length) go(waiting.inNewTab);
    if (answered === typed()) waiting = null;
  });
})();
