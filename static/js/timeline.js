/* <rm-timeline>: keys, picking and dragging over the server's bars. It opens forms; it never writes. */
(function () {
  "use strict";
  const MS = { day: 86400000, hour: 3600000 };
  const EDGE = 7, SLOP = 4, PHONE = "(max-width: 767.98px)";
  const POINT = /\bk-(gate|milestone)\b/;

  class Timeline extends HTMLElement {
    connectedCallback() {
      this.scroll = this.querySelector(".tl-scroll");
      this.live = this.querySelector("[data-live]");
      this.units = Number(this.dataset.units);
      this.origin = Date.parse(this.dataset.origin);
      this.day = this.dataset.origin.slice(0, 10);
      this.picked = null;
      this.drag = null;
      this.addEventListener("click", (event) => this.clicked(event));
      this.addEventListener("keydown", (event) => this.pressed(event));
      this.addEventListener("focusin", (event) => this.entered(event));
      this.addEventListener("focusout", (event) => this.left(event));
      this.addEventListener("pointerdown", (event) => this.grabbed(event));
      this.addEventListener("pointermove", (event) => this.hovered(event));
      this.frame = this.closest(".tl-frame");
      this.frame.addEventListener("click", (event) => {
        if (event.target.closest("[data-pick]")) this.pick();
      });
      this.addEventListener("htmx:load", () => this.oneStop());
      this.oneStop();
      this.showToday();
      this.arrive();
    }

    /* After a step by key the next page's timeline has the focus, so that one can step on. */
    arrive() {
      if (!sessionStorage.getItem("timeline-step")) return;
      sessionStorage.removeItem("timeline-step");
      if (this.current) this.current.focus({ preventScroll: true });
    }

    /* One tab stop for all bars; arrows move inside. */
    oneStop() {
      const bars = this.bars();
      if (!this.current || !this.current.isConnected) this.current = bars[0];
      for (const bar of bars) bar.tabIndex = bar === this.current ? 0 : -1;
    }

    bars(lane) {
      return [...(lane || this).querySelectorAll("a.b")];
    }

    lanes() {
      return [...this.querySelectorAll(".lane")];
    }

    get unitPx() {
      return parseFloat(getComputedStyle(this).getPropertyValue("--d"));
    }

    showToday() {
      const now = this.querySelector(".tl-grid .now");
      if (now) this.scroll.scrollLeft = Math.max(0, now.offsetLeft - this.scroll.clientWidth * 0.3);
    }

    entered(event) {
      const bar = event.target.closest("a.b");
      if (!bar || bar === this.current) return;
      if (this.current) this.current.tabIndex = -1;
      this.current = bar;
      bar.tabIndex = 0;
    }

    clicked(event) {
      const bar = event.target.closest("a.b, .tl-bands a");
      if (!bar || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      if (!window.htmx || !window.releasemgr) return;
      event.preventDefault();
      if (this.justDragged) return;
      window.releasemgr.peek.open(bar.getAttribute("href"), bar);
    }

    pressed(event) {
      if (event.altKey || event.metaKey) return;
      if (this.picked) return this.pickingKey(event);
      if (this.drag) return;
      const step = { "[": "previous", "]": "next", t: "today" }[event.key];
      if (step && !event.ctrlKey) return this.step(step, event);
      if (event.key === "b" && !event.ctrlKey && this.dataset.create) {
        event.preventDefault();
        return this.pick();
      }
      const next = this.neighbour(event);
      if (!next) return;
      event.preventDefault();
      next.focus({ preventScroll: true });
      next.scrollIntoView({ block: "nearest", inline: "nearest" });
    }

    step(name, event) {
      const link = this.frame.querySelector(`[data-step="${name}"]`);
      if (!link) return;
      event.preventDefault();
      sessionStorage.setItem("timeline-step", name);
      link.click();
    }

    neighbour(event) {
      const bar = event.target.closest("a.b");
      if (!bar) return null;
      const lane = bar.closest(".lane");
      const all = event.ctrlKey ? this.bars() : this.bars(lane);
      const at = all.indexOf(bar);
      switch (event.key) {
        case "ArrowRight": return all[at + 1];
        case "ArrowLeft": return all[at - 1];
        case "Home": return all[0];
        case "End": return all[all.length - 1];
        case "ArrowDown": return this.across(lane, bar, 1);
        case "ArrowUp": return this.across(lane, bar, -1);
        default: return null;
      }
    }

    /* The bar of the next lane that has one, nearest in time. */
    across(lane, bar, way) {
      const lanes = this.lanes();
      const start = place(bar).start;
      for (let at = lanes.indexOf(lane) + way; lanes[at]; at += way) {
        const bars = this.bars(lanes[at]);
        if (bars.length) return bars.reduce((best, other) => (far(other, start) < far(best, start) ? other : best));
      }
      return null;
    }

    /* Picking by keys. */
    pick() {
      const lanes = this.openLanes();
      if (!lanes.length) return;
      const bar = this.current && this.contains(document.activeElement) ? this.current : null;
      const lane = bar && lanes.includes(bar.closest(".lane")) ? bar.closest(".lane") : lanes[0];
      const now = this.querySelector(".tl-grid .now");
      const start = bar ? place(bar).start : now ? place(now).start : 0;
      this.picked = { lane, start, end: Math.min(start + 1, this.units) };
      this.say(this.dataset.picking);
      this.showPicked(true);
    }

    openLanes() {
      return this.lanes().filter((lane) => !lane.classList.contains("fixed"));
    }

    pickingKey(event) {
      const far = event.ctrlKey ? (this.dataset.unit === "day" ? 7 : 24) : 1;
      const moves = {
        ArrowRight: () => this.shift(far, event.shiftKey),
        ArrowLeft: () => this.shift(-far, event.shiftKey),
        ArrowUp: () => this.toLane(-1),
        ArrowDown: () => this.toLane(1),
        Enter: () => this.openForm(this.dataset.create, this.picked),
        Escape: () => this.endPicking(),
      };
      if (!moves[event.key]) return;
      event.preventDefault();
      event.stopPropagation();
      moves[event.key]();
    }

    shift(by, extend) {
      const { start, end } = this.picked;
      if (extend) this.picked.end = Math.max(start + 1, Math.min(this.units, end + by));
      else {
        const to = Math.max(0, Math.min(this.units - (end - start), start + by));
        Object.assign(this.picked, { start: to, end: to + end - start });
      }
      this.showPicked(false);
    }

    toLane(way) {
      const lanes = this.openLanes();
      const lane = lanes[lanes.indexOf(this.picked.lane) + way];
      if (lane) this.picked.lane = lane;
      this.showPicked(false);
    }

    showPicked(first) {
      const ghost = this.ghostIn(this.picked);
      ghost.tabIndex = 0;
      ghost.setAttribute("role", "application");
      ghost.setAttribute("aria-label", this.words(this.picked));
      ghost.focus({ preventScroll: true });
      ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
      if (!first) this.say(this.words(this.picked));
    }

    endPicking() {
      this.picked = null;
      this.dropGhost();
      this.say(this.dataset.ended);
      if (this.current && this.current.isConnected) this.current.focus({ preventScroll: true });
    }

    left(event) {
      if (this.picked && this.ghost && event.target === this.ghost && !this.moving) {
        this.picked = null;
        this.dropGhost();
      }
    }

    /* Dragging with mouse or pen; fingers scroll. */
    grabbed(event) {
      if (event.button || event.pointerType === "touch" || matchMedia(PHONE).matches) return;
      const bar = event.target.closest("a.b");
      const lane = event.target.closest(".lane");
      const list = event.target.closest(".lane > ul");
      if (!lane || !list || (bar ? !bar.dataset.move : !this.dataset.create || lane.classList.contains("fixed"))) return;
      event.preventDefault();
      if (bar) bar.focus({ preventScroll: true });
      const at = this.unitAt(event, list);
      const mode = bar ? this.grip(event, bar) : "create";
      const from = bar ? place(bar) : { start: at, end: at + 1 };
      this.drag = { mode, bar, lane, at, from, x: event.clientX, y: event.clientY, now: null };
      this.justDragged = false;
      const move = (next) => this.dragged(next);
      const key = (pressed) => { if (pressed.key === "Escape") { pressed.preventDefault(); pressed.stopPropagation(); finish(null); } };
      const finish = (up) => {
        window.removeEventListener("pointermove", move);
        window.removeEventListener("pointerup", finish);
        window.removeEventListener("pointercancel", cancel);
        window.removeEventListener("keydown", key, true);
        this.dropped(up);
      };
      const cancel = () => finish(null);
      window.addEventListener("pointermove", move);
      window.addEventListener("pointerup", finish);
      window.addEventListener("pointercancel", cancel);
      window.addEventListener("keydown", key, true);
    }

    grip(event, bar) {
      const box = bar.getBoundingClientRect();
      if (box.width < 3 * EDGE) return "move";
      if (event.clientX - box.left < EDGE && !bar.classList.contains("cut-l")) return "start";
      return box.right - event.clientX < EDGE && !bar.classList.contains("cut-r") ? "end" : "move";
    }

    hovered(event) {
      const bar = event.target.closest("a.b[data-move]");
      if (bar && !this.drag) bar.classList.toggle("edge", this.grip(event, bar) !== "move");
    }

    dragged(event) {
      const drag = this.drag;
      if (!drag.now && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < SLOP) return;
      this.classList.add("dragging");
      const at = this.unitAt(event, drag.lane.querySelector("ul"));
      const by = at - drag.at;
      const { start, end } = drag.from;
      let lane = drag.lane;
      let span = { start: start + by, end: end + by };
      if (drag.mode === "create") span = { start: Math.min(at, drag.at), end: Math.max(at, drag.at) + 1 };
      if (drag.mode === "start") span = { start: Math.min(start + by, end - 1), end };
      if (drag.mode === "end") span = { start, end: Math.max(end + by, start + 1) };
      if (drag.mode === "move") {
        const under = document.elementFromPoint(event.clientX, event.clientY);
        const over = under && under.closest(".lane:not(.fixed)");
        if (over && this.contains(over)) lane = over;
      }
      drag.now = { lane, ...span };
      this.ghostIn(drag.now, drag.bar);
    }

    dropped(event) {
      const { now, bar } = this.drag;
      this.drag = null;
      this.classList.remove("dragging");
      this.justDragged = Boolean(now);
      setTimeout(() => { this.justDragged = false; }, 0);
      if (!event || !now) return this.dropGhost();
      return this.openForm(bar ? bar.dataset.move : this.dataset.create, now);
    }

    unitAt(event, list) {
      const unit = Math.floor((event.clientX - list.getBoundingClientRect().left) / this.unitPx);
      return Math.max(0, Math.min(this.units - 1, unit));
    }

    /* What both share: the ghost, the words, the form. */
    ghostIn(span, besides) {
      if (!this.ghost) {
        this.ghost = document.createElement("li");
        this.ghost.className = "pick";
        this.ghost.append(document.createElement("span"));
      }
      this.moving = true;
      const list = span.lane.querySelector("ul");
      if (this.ghost.parentNode !== list) list.append(this.ghost);
      this.moving = false;
      this.ghost.style.setProperty("--s", span.start);
      this.ghost.style.setProperty("--w", span.end - span.start);
      this.ghost.classList.toggle("taken", this.overlaps(span, besides).length > 0);
      this.ghost.firstChild.textContent = this.dates(span);
      return this.ghost;
    }

    dropGhost() {
      if (this.ghost) this.ghost.remove();
      this.ghost = null;
    }

    overlaps(span, besides) {
      const inLane = [...span.lane.querySelectorAll("a.b, .bd")];
      const everywhere = [...this.querySelectorAll(".tl-bands .b-all")];
      return [...inLane, ...everywhere].filter((bar) => {
        const other = place(bar);
        return bar !== besides && other.start < span.end && other.end > span.start;
      });
    }

    words(span) {
      const name = span.lane.querySelector(".lane-name span").textContent;
      const length = span.end - span.start;
      const unit = this.dataset[this.dataset.unit + (length === 1 ? "" : "s")];
      const taken = this.overlaps(span, null).map((bar) => firstWords(bar));
      const state = taken.length ? `${this.dataset.overlaps} ${taken.join(", ")}` : this.dataset.free;
      return `${name}, ${this.dates(span)}, ${length} ${unit}, ${state}`;
    }

    dates(span) {
      const isDay = this.dataset.unit === "day";
      const zone = isDay ? "UTC" : this.dataset.zone;
      const base = isDay ? Date.parse(this.day) : this.origin;
      const options = isDay
        ? { weekday: "short", day: "numeric", month: "short", timeZone: zone }
        : { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
      const lang = document.documentElement.lang;
      const format = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, options);
      const from = base + span.start * MS[this.dataset.unit];
      const to = base + (isDay ? span.end - 1 : span.end) * MS[this.dataset.unit];
      return from === to ? format.format(from) : format.formatRange(from, to);
    }

    stamp(unit) {
      const isDay = this.dataset.unit === "day";
      const base = isDay ? Date.parse(this.day) : this.origin;
      const text = new Date(base + unit * MS[this.dataset.unit]).toISOString();
      return isDay ? text.slice(0, 10) : text.replace(".000", "");
    }

    async openForm(url, span) {
      const target = new URL(url, location.href);
      target.searchParams.set("from", this.stamp(span.start));
      target.searchParams.set("to", this.stamp(span.end));
      target.searchParams.set("lane", span.lane.dataset.lane);
      const from = this.current && this.current.isConnected ? this.current : this.frame.querySelector("[data-pick]");
      this.picked = null;
      await window.releasemgr.peek.open(target.pathname + target.search, from);
      this.dropGhost();
    }

    say(words) {
      this.live.textContent = words;
    }
  }

  function place(element) {
    const read = (letter) => Number((element.className.match(new RegExp(`(?:^|\\s)${letter}(\\d+)`)) || [0, 0])[1]);
    const start = Number(element.dataset.s || read("s"));
    return { start, end: start + (POINT.test(element.className) ? 1 : read("w")) };
  }

  function far(bar, start) {
    return Math.abs(place(bar).start - start);
  }

  function firstWords(bar) {
    return bar.textContent.trim().split(",")[0];
  }

  customElements.define("rm-timeline", Timeline);
})();
