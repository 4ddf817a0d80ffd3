// The deal board: drag, or ← → W L on a focused card. docs/components.md, "Board", says which attributes it reads.
(() => {
  const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const lanes = board => [...board.querySelectorAll(".lane[data-stage], .lane[data-kind]")];
  const cards = lane => lane.querySelector("[data-cards]") || lane;

  // Apply the out-of-band parts of an answer: lane heads, notices.
  const take = html => {
    const parts = new DOMParser().parseFromString(html, "text/html");
    for (const part of parts.querySelectorAll("[hx-swap-oob]")) {
      const place = document.getElementById(part.id);
      if (!place) continue;
      const how = part.getAttribute("hx-swap-oob");
      part.removeAttribute("hx-swap-oob");
      if (how === "beforeend" && part.querySelector("[data-undo]")) place.replaceChildren(...part.childNodes); // only the last step can be undone
      else if (how === "beforeend") place.append(...part.childNodes);
      else place.replaceWith(part);
      window.htmx?.process(document.getElementById(part.id));
    }
    const refusal = parts.querySelector(".notice[role=alert]");
    if (refusal) document.getElementById("notices").replaceChildren(refusal);
    document.dispatchEvent(new Event("htmx:afterSettle"));
  };

  const post = async (url, values) => {
    const body = new URLSearchParams(values);
    const headers = { "X-CSRFToken": token(), "HX-Request": "true" };
    const answer = await fetch(url, { method: "POST", body, headers });
    if (answer.headers.get("HX-Redirect")) location.href = answer.headers.get("HX-Redirect");
    if (answer.status !== 204) take(await answer.text());
    return answer.ok;
  };

  const settle = async (card, lane, back) => {
    const kind = lane.dataset.kind || "";
    if (kind === "lost") {
      location.href = card.dataset.loseUrl; // it asks why, once
      return;
    }
    card.classList.add("busy");
    let ok = false;
    try {
      ok = await (kind === "won" ? post(card.dataset.winUrl, {}) : post(card.dataset.moveUrl, { stage: lane.dataset.stage }));
    } catch {
      ok = false;
    }
    card.classList.remove("busy");
    if (!ok) back();
    else card.dispatchEvent(new CustomEvent("board:moved", { bubbles: true, detail: { stage: lane.dataset.stage } }));
  };

  const place = card => {
    const parent = card.parentElement, next = card.nextElementSibling;
    return () => parent.insertBefore(card, next);
  };

  const moveTo = (card, lane) => {
    const back = place(card);
    cards(lane).prepend(card);
    card.focus();
    settle(card, lane, () => {
      back();
      card.focus();
    });
  };

  addEventListener("DOMContentLoaded", () => {
    for (const board of document.querySelectorAll("[data-board]")) {
      if (window.Sortable && matchMedia("(min-width: 768px)").matches) {
        for (const lane of lanes(board)) {
          let back = null;
          Sortable.create(cards(lane), {
            group: "deals", draggable: ".deal[data-id]", animation: 120, ghostClass: "ghost", dragClass: "drag", sort: false,
            onStart: event => (back = place(event.item)),
            onEnd: event => event.to !== event.from && settle(event.item, event.to.closest(".lane"), back),
          });
        }
      }
      board.addEventListener("keydown", event => {
        const card = event.target.closest(".deal[data-id]");
        if (!card || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
        const all = lanes(board), here = all.indexOf(card.closest(".lane")), key = event.key.toLowerCase();
        const siblings = [...cards(all[here]).querySelectorAll(".deal[data-id]")], at = siblings.indexOf(card);
        let done = true;
        if (key === "arrowleft" || key === "arrowright") {
          const lane = all[here + (key === "arrowright" ? 1 : -1)];
          if (lane && !lane.dataset.kind) moveTo(card, lane);
        } else if (key === "arrowdown") siblings[at + 1]?.focus();
        else if (key === "arrowup") siblings[at - 1]?.focus();
        else if (key === "w" && card.dataset.winUrl) {
          const won = all.find(lane => lane.dataset.kind === "won");
          if (won) moveTo(card, won);
          else settle(card, { dataset: { kind: "won" } }, () => {});
        } else if (key === "l" && card.dataset.loseUrl) location.href = card.dataset.loseUrl;
        else if (key === "enter" && event.target === card && card.dataset.url) location.href = card.dataset.url;
        else done = false;
        if (done) event.preventDefault();
      });
    }
  });
})();
