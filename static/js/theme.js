// Sets light or dark before the first paint; "auto" follows the device, also while the page is open.
(() => {
  const root = document.documentElement;
  root.classList.add("js"); // .js .card-move: what only those without script need
  const cookie = () => (document.cookie.match(/(?:^|; )theme=(auto|light|dark)/) || [])[1];
  const device = matchMedia("(prefers-color-scheme: dark)");
  const apply = wanted => {
    const theme = wanted || cookie() || "auto";
    root.dataset.theme = theme;
    root.dataset.bsTheme = theme === "auto" ? (device.matches ? "dark" : "light") : theme;
    root.dispatchEvent(new Event("themechange"));
  };
  apply();
  device.addEventListener("change", () => apply());
  addEventListener("pageshow", () => apply());

  // The buttons of the user menu: at once here, and by the form for the account.
  document.addEventListener("submit", event => {
    const form = event.target.closest("[data-theme-form]");
    const button = event.submitter;
    if (!form || !button) return;
    event.preventDefault();
    const body = new FormData(form);
    body.set("theme", button.value);
    fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } }).then(() => apply(button.value));
    for (const other of document.querySelectorAll("[data-theme-form] button")) {
      other.classList.toggle("on", other.value === button.value);
      other.setAttribute("aria-pressed", String(other.value === button.value));
    }
  });
})();
