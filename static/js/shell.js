/* What every page needs: CSRF header, toasts, polling that rests, first error, phone menu, confirmations. */
(function () {
  "use strict";
  const UNDO_MS = 10000, TOAST_MS = 6000;
  const box = document.getElementById("toasts");

  function csrf() {
    return document.querySelector('meta[name="csrf-token"]').content;
  }

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = csrf();
  });

  /* Polls pause while nobody looks; the next tick after the tab returns asks again. */
  document.addEventListener("htmx:beforeRequest", (event) => {
    const isPoll = /\bevery\b/.test(event.detail.elt.getAttribute("hx-trigger") || "");
    if (isPoll && document.hidden && event.detail.requestConfig.triggeringEvent === undefined) event.preventDefault();
  });

  function button(classes, text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = classes;
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }

  function toast(text, level, undo) {
    const line = document.createElement("div");
    const words = document.createElement("span");
    words.textContent = text;
    line.className = `toast-line ${level}`;
    line.append(words);
    if (undo) {
      line.append(button("btn undo", box.dataset.undo, () => {
        line.remove();
        window.htmx.ajax("POST", undo, { target: "body", swap: "none" });
      }));
    }
    line.append(button("btn btn-sm", box.dataset.dismiss, () => line.remove()));
    box.querySelector(level === "error" ? '[role="alert"]' : '[role="status"]').append(line);
    rest(line, level, undo);
    return line;
  }

  /* A toast leaves by itself, but not while the pointer or the focus is on it; errors stay. */
  function rest(line, level, undo) {
    if (level === "error") return;
    const leave = () => (line.matches(":hover, :focus-within") ? setTimeout(leave, 1000) : line.remove());
    setTimeout(leave, undo ? UNDO_MS : TOAST_MS);
  }

  document.addEventListener("toast", (event) => {
    const { text, level = "success", undo = "" } = event.detail;
    toast(text, level, undo);
  });
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status !== 404 || !event.detail.target) toast(status === 413 ? box.dataset.large : box.dataset.failed, "error", "");
  });
  document.addEventListener("htmx:sendError", () => { if (navigator.onLine) toast(box.dataset.failed, "error", ""); });

  let offline = null;
  window.addEventListener("offline", () => { offline = offline || toast(box.dataset.offline, "error", ""); });
  window.addEventListener("online", () => { if (offline) offline.remove(); offline = null; });

  function focusFirstError(root) {
    const summary = root.querySelector(".error-summary");
    const field = root.querySelector("[aria-invalid='true']");
    if (summary || field) (field || summary).focus();
  }
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.xhr && [409, 422].includes(event.detail.xhr.status)) focusFirstError(event.detail.elt);
  });

  /* A table wider than its box can be scrolled by keys, also when nothing in it takes the focus. */
  function reachable(root) {
    root.querySelectorAll(".table-wrap").forEach((box) => {
      if (box.scrollWidth > box.clientWidth && !box.querySelector("a, button, input, select")) box.tabIndex = 0;
      if (box.querySelector(".matrix")) box.scrollLeft = box.scrollWidth;  // the newest period is the last column
    });
  }
  document.addEventListener("htmx:load", (event) => reachable(event.target));

  document.addEventListener("click", (event) => {
    const dismiss = event.target.closest("[data-toast] [data-dismiss]");
    if (dismiss) dismiss.closest("[data-toast]").remove();
    const toggle = event.target.closest("[data-nav-toggle]");
    if (toggle) {
      event.preventDefault();
      toggle.setAttribute("aria-expanded", document.getElementById("navigation").classList.toggle("open"));
    }
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      event.preventDefault();
      document.getElementById(opener.dataset.dialog).showModal();
    }
    if (event.target.closest("[data-print]")) window.print();
    const closer = event.target.closest("dialog [data-close]");
    if (closer) closer.closest("dialog").close();
    document.querySelectorAll("details:is(.definition, .fold)[open]").forEach((open) => {
      if (!open.contains(event.target)) open.open = false;
    });
  });

  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && event.target.closest && event.target.closest("details:is(.definition, .fold)[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });

  /* An irreversible act: the button wakes when the name has been typed. */
  document.addEventListener("input", (event) => {
    const expected = event.target.dataset.typeToConfirm;
    if (expected === undefined) return;
    event.target.form.querySelector("[data-confirm]").disabled = event.target.value.trim() !== expected;
  });

  /* The theme changes at once; the form behind the buttons keeps it for the next page. */
  document.addEventListener("submit", (event) => {
    const chosen = event.submitter && event.submitter.dataset.chooseTheme;
    if (!chosen || !window.fetch) return;
    event.preventDefault();
    const root = document.documentElement;
    const dark = chosen === "dark" || (chosen === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
    root.dataset.themeChoice = chosen;
    root.dataset.bsTheme = dark ? "dark" : "light";
    event.target.querySelectorAll("[data-choose-theme]").forEach((other) => {
      other.setAttribute("aria-pressed", other === event.submitter);
    });
    document.dispatchEvent(new CustomEvent("theme:changed"));
    const body = new FormData(event.target, event.submitter);
    fetch(event.target.action, { method: "POST", body, headers: { "X-CSRFToken": csrf() } });
  });

  document.querySelectorAll(".toasts [data-toast]").forEach((line) => {
    if (!line.classList.contains("error")) rest(line, "info", "");
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => focusFirstError(document));
  else focusFirstError(document);
  reachable(document);
  window.releasemgr = { ...window.releasemgr, toast };
})();
