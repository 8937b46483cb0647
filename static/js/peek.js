/* The peek drawer: loads a page's short form beside what one is looking at. Plain links stay plain links. */
(function () {
  "use strict";
  const drawer = document.getElementById("peek");
  const body = document.getElementById("peek-body");
  const title = document.getElementById("peek-title");
  const page = document.getElementById("peek-open");
  let opener = null;

  async function open(url, from) {
    opener = from || document.activeElement;
    page.href = url;
    if (!drawer.open) {
      if (matchMedia("(max-width: 767.98px)").matches) drawer.showModal();
      else drawer.show();
    }
    body.setAttribute("aria-busy", "true");
    await window.htmx.ajax("GET", url, { target: "#peek-body", swap: "innerHTML" });
    body.removeAttribute("aria-busy");
    arrived();
  }

  /* The first heading of what arrived becomes the drawer's title and gets the focus. */
  function arrived() {
    const heading = body.querySelector("[data-peek-title]");
    if (heading) {
      title.textContent = heading.textContent.trim();
      heading.remove();
    }
    const first = body.querySelector("[autofocus], [aria-invalid='true']");
    if (first) return first.focus();
    title.tabIndex = -1;
    return title.focus({ preventScroll: true });
  }

  function close() {
    if (drawer.open) drawer.close();
  }

  drawer.addEventListener("close", () => {
    body.replaceChildren();
    if (opener && opener.isConnected) opener.focus({ preventScroll: true });
    opener = null;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && drawer.open && !event.defaultPrevented) {
      event.preventDefault();
      close();
    }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-peek]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    open(link.href, link);
  });
  document.addEventListener("peek:close", close);

  window.releasemgr = { ...window.releasemgr, peek: { open, close } };
})();
