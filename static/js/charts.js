// Draws a chart's Plotly figure in place of its SVG: on "Explore", or by itself on wide screens with a mouse.
// The SVG and the table are complete without this file. Colours are read from the style sheet.
(() => {
  "use strict";
  const script = document.currentScript;
  const MAP_STYLE_GUARD = "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53";
  const CONFIG = {
    displaylogo: false,
    showSendToCloud: false,
    plotlyServerURL: "",
    responsive: true,
    toImageButtonOptions: { format: "svg" },
    modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"],
  };
  const roomy = window.matchMedia("(min-width: 992px) and (pointer: fine) and (forced-colors: none)");
  const whenIdle = window.requestIdleCallback || ((work) => window.setTimeout(work, 50));
  const waiting = [];
  let library = null;
  let busy = false;

  // Plotly looks for this style sheet and this template before it would insert styles of its own.
  function prepareStyles() {
    if (document.getElementById("plotly.js-style-global")) return;
    const sheet = document.createElement("link");
    Object.assign(sheet, { rel: "stylesheet", id: "plotly.js-style-global", className: "no-inline-styles" });
    sheet.href = script.dataset.plotlyCss;
    const guard = document.createElement("template");
    guard.id = MAP_STYLE_GUARD;
    document.head.append(sheet, guard);
  }

  function loadLibrary() {
    if (!library) {
      prepareStyles();
      library = new Promise((resolve, reject) => {
        const tag = document.createElement("script");
        tag.src = script.dataset.plotly;
        tag.onload = () => resolve(window.Plotly);
        tag.onerror = () => reject(new Error("The chart library could not be loaded."));
        document.head.append(tag);
      });
      library.catch(() => { library = null; });
    }
    return library;
  }

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--chart-${name}`).trim();

  function paintTrace(trace) {
    const ink = colour(trace.meta.role) || colour("limit");
    if (trace.mode === "markers") return { ...trace, marker: { ...trace.marker, color: ink } };
    if (trace.type === "bar") {
      const fill = trace.meta.hollow.map((hollow) => (hollow ? colour("page") : ink));
      return { ...trace, marker: { color: fill, line: { color: ink, width: 1.5 } } };
    }
    return { ...trace, line: { ...trace.line, color: ink }, marker: { ...trace.marker, color: ink } };
  }

  function paintLayout(layout) {
    const axis = { gridcolor: colour("grid"), linecolor: colour("grid"), tickcolor: colour("grid") };
    return {
      ...layout,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: colour("text") },
      hoverlabel: { bgcolor: colour("page"), font: { color: colour("text") }, bordercolor: colour("grid") },
      xaxis: { ...layout.xaxis, ...axis, showgrid: false },
      yaxis: { ...layout.yaxis, ...axis },
      shapes: layout.shapes.map((shape) => ({ ...shape, line: { ...shape.line, color: colour("event") } })),
    };
  }

  // As many labels as fit side by side, counted from the newest.
  function thinned(axis, width) {
    const every = Math.max(1, Math.ceil(axis.tickvals.length / Math.max(2, Math.floor(width / 84))));
    const kept = (_label, index) => (axis.tickvals.length - 1 - index) % every === 0;
    return { ...axis, tickangle: 0, tickvals: axis.tickvals.filter(kept), ticktext: axis.ticktext.filter(kept) };
  }

  function painted(chart) {
    const source = JSON.parse(document.getElementById(chart.dataset.figure).textContent);
    const layout = paintLayout(source.layout);
    layout.xaxis = thinned(layout.xaxis, chart.getBoundingClientRect().width - 72);
    return { data: source.data.map(paintTrace), layout };
  }

  async function draw(chart) {
    if (chart.dataset.drawn || !chart.isConnected) return;
    const Plotly = await loadLibrary();
    const picture = chart.querySelector("[data-chart-svg]");
    const plot = chart.querySelector("[data-chart-plot]");
    const { data, layout } = painted(chart);
    const height = Math.max(picture.getBoundingClientRect().height, 200);
    plot.hidden = false;
    picture.hidden = true;
    plot.setAttribute("role", "group");
    plot.setAttribute("aria-label", `${layout.meta.title}. ${layout.meta.finding}`);
    await Plotly.newPlot(plot, data, { ...layout, height, autosize: true }, CONFIG);
    chart.dataset.drawn = "1";
    const button = chart.querySelector("[data-chart-explore]");
    if (button) button.hidden = true;
  }

  function fail(chart) {
    chart.querySelector("[data-chart-svg]").hidden = false;
    chart.querySelector("[data-chart-plot]").hidden = true;
  }

  function drawNext() {
    const chart = waiting.shift();
    busy = Boolean(chart);
    if (chart) draw(chart).catch(() => fail(chart)).finally(() => whenIdle(drawNext));
  }

  function queue(chart) {
    waiting.push(chart);
    if (!busy) {
      busy = true;
      whenIdle(drawNext);
    }
  }

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting || !roomy.matches) continue;
      seen.unobserve(entry.target);
      queue(entry.target);
    }
  });

  function adopt(root) {
    for (const box of root.querySelectorAll(".chart-scroll")) box.scrollLeft = box.scrollWidth; // the newest first
    for (const chart of root.querySelectorAll("[data-figure]:not([data-adopted])")) {
      chart.dataset.adopted = "1";
      const button = chart.querySelector("[data-chart-explore]");
      if (button) button.hidden = false;
      seen.observe(chart);
    }
  }

  async function repaint() {
    if (!library) return;
    const Plotly = await library;
    for (const chart of document.querySelectorAll("[data-drawn]")) {
      const plot = chart.querySelector("[data-chart-plot]");
      const { data, layout } = painted(chart);
      await Plotly.react(plot, data, { ...layout, height: plot.layout.height, autosize: true }, CONFIG);
    }
  }

  function release(root) {
    if (!window.Plotly) return;
    const plots = [...root.querySelectorAll("[data-chart-plot]"), root].filter((node) => node.matches("[data-chart-plot]"));
    for (const plot of plots) window.Plotly.purge(plot);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-chart-explore]");
    if (button) queue(button.closest("[data-figure]"));
  });
  document.addEventListener("htmx:afterSwap", (event) => adopt(event.target));
  document.addEventListener("htmx:beforeCleanupElement", (event) => release(event.target));
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => adopt(document));
  else adopt(document);
})();
