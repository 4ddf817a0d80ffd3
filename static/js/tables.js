// Lists: J/K move, Enter opens, X selects, E edits; the bulk bar shows while something is selected. Esc clears.
(() => {
  const rows = () => [...document.querySelectorAll("[data-row]")].filter(row => row.offsetParent !== null);
  const box = row => row?.querySelector("input[type=checkbox][name=ids]");
  const current = () => rows().find(row => row.classList.contains("at"));

  const move = step => {
    const all = rows();
    if (!all.length) return false;
    const from = all.indexOf(current());
    const to = all[from < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(from + step, 0), all.length - 1)];
    current()?.classList.remove("at");
    to.classList.add("at");
    to.scrollIntoView({ block: "nearest" });
    (to.querySelector("a.name") || to).focus({ preventScroll: true });
    return true;
  };

  const refresh = form => {
    const boxes = [...form.querySelectorAll("input[name=ids]")];
    const selected = boxes.filter(one => one.checked);
    for (const one of boxes) one.closest("[data-row]")?.classList.toggle("on", one.checked);
    const all = form.querySelector("[data-select-all]");
    if (all) {
      all.checked = boxes.length > 0 && selected.length === boxes.length;
      all.indeterminate = selected.length > 0 && selected.length < boxes.length;
    }
    const bar = form.querySelector("[data-bulk-bar]");
    if (!bar) return;
    bar.hidden = selected.length === 0;
    bar.querySelector("[data-bulk-count]").textContent = selected.length.toLocaleString(document.documentElement.lang);
  };
  const clear = form => {
    for (const one of form.querySelectorAll("input[name=ids]")) one.checked = false;
    refresh(form);
  };

  let last = null;
  document.addEventListener("change", event => {
    const form = event.target.closest("[data-bulk]");
    if (!form) return;
    if (event.target.matches("[data-select-all]")) for (const one of form.querySelectorAll("input[name=ids]")) one.checked = event.target.checked;
    refresh(form);
  });
  document.addEventListener("click", event => {
    const form = event.target.closest("[data-bulk]");
    if (form && event.target.closest("[data-bulk-clear]")) clear(form);
    if (form && event.target.matches("input[name=ids]")) {
      const boxes = [...form.querySelectorAll("input[name=ids]")];
      if (event.shiftKey && last && boxes.includes(last)) {
        const [from, to] = [boxes.indexOf(last), boxes.indexOf(event.target)].sort((a, b) => a - b);
        for (const one of boxes.slice(from, to + 1)) one.checked = event.target.checked;
        refresh(form);
      }
      last = event.target;
    }
  });
  document.addEventListener("keydown", event => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable=true]")) return;
    const key = event.key.toLowerCase();
    let done = false;
    if (key === "j" || key === "k") done = move(key === "j" ? 1 : -1);
    else if (key === "x" && box(current())) {
      box(current()).click();
      done = true;
    } else if (key === "e" && current()?.dataset.editUrl) {
      location.href = current().dataset.editUrl;
      done = true;
    } else if (key === "enter" && current()?.dataset.url && !event.target.closest?.("a, button")) {
      location.href = current().dataset.url;
      done = true;
    } else if (key === "escape") {
      for (const form of document.querySelectorAll("[data-bulk]")) clear(form);
      current()?.classList.remove("at");
    }
    if (done) event.preventDefault();
  });
  const refreshAll = () => document.querySelectorAll("[data-bulk]").forEach(refresh);
  addEventListener("pageshow", refreshAll);
  document.addEventListener("htmx:afterSettle", refreshAll);
})();
