// Small things every page needs: notices, menus, dialogs, errors of partial updates.
(() => {
  const notices = () => document.getElementById("notices");
  const lifetime = 10000;

  const watch = notice => {
    if (notice.dataset.watched || notice.matches(".bad, .error")) return;
    notice.dataset.watched = "yes";
    let timer = setTimeout(() => notice.remove(), lifetime);
    notice.addEventListener("mouseenter", () => clearTimeout(timer));
    notice.addEventListener("focusin", () => clearTimeout(timer));
    notice.addEventListener("mouseleave", () => (timer = setTimeout(() => notice.remove(), lifetime)));
  };
  const watchAll = () => notices()?.querySelectorAll("[data-notice]").forEach(watch);

  document.addEventListener("click", event => {
    if (event.target.closest("[data-close]")) event.target.closest("[data-notice]")?.remove();
    const opener = event.target.closest("[data-dialog]");
    if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
    if (event.target.closest("[data-back]")) history.back();
    if (event.target instanceof HTMLDialogElement) event.target.close(); // the veil
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", event => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // An error comes as a notice (HX-Retarget) or, where no server answered, is said here.
  document.addEventListener("htmx:beforeSwap", event => {
    if (event.detail.xhr.getResponseHeader("HX-Retarget")) event.detail.shouldSwap = true;
  });
  document.addEventListener("htmx:afterSettle", watchAll);
  document.addEventListener("htmx:oobAfterSwap", watchAll);

  addEventListener("DOMContentLoaded", () => {
    watchAll();
    document.querySelector("[data-focus]")?.focus();
    if (history.length > 1) document.querySelectorAll("[data-back]").forEach(button => (button.hidden = false));
    for (const button of document.querySelectorAll("[data-demo-login]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        document.getElementById("id_login").value = button.dataset.demoLogin;
        document.getElementById("id_password").value = "demo";
        document.getElementById("id_password").form.requestSubmit();
      });
    }
  });
})();

// Passkeys need the browser's help and a host name (127.0.0.1 will not do): offered only where they can work.
addEventListener("DOMContentLoaded", () => {
  const passkey = document.querySelector("[data-passkey]");
  if (!passkey) return;
  if (window.PublicKeyCredential && window.isSecureContext && !/^[\d.]+$/.test(location.hostname)) passkey.hidden = false;
  else document.querySelector("[data-password-login]").classList.add("btn-primary");
});
