// The page's own script: theme, charts and selectors. Vega-Lite (inlined above) draws; nothing is fetched.
"use strict";
(function () {
  const root = document.documentElement;
  const drawn = [];

  function isDark() {
    const chosen = root.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function look() {
    const ink = isDark() ? "#e5e7eb" : "#1f2937", line = isDark() ? "#374151" : "#e5e7eb";
    return { background: null, font: "system-ui, sans-serif",
      axis: { labelColor: ink, titleColor: ink, gridColor: line, domainColor: ink, tickColor: ink,
              labelFontSize: 12, titleFontSize: 13 },
      legend: { labelColor: ink, titleColor: ink, labelFontSize: 12,
                symbolFillColor: ink, symbolStrokeColor: ink, labelLimit: 220 },
      view: { stroke: null }, rule: { color: "#0072B2" }, line: { color: ink },
      point: { color: "#0072B2", stroke: ink, strokeWidth: 0.5 },
      range: { category: ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"] } };
  }

  function draw(place, spec) {
    return vegaEmbed(place, spec, { actions: false, config: look(), renderer: "svg",
                                    loader: { target: "_blank" } });
  }

  document.querySelectorAll(".chart").forEach(function (box) {
    const spec = JSON.parse(box.querySelector("script").textContent);
    drawn.push(function () { return draw(box.querySelector(".place"), spec); });
  });

  document.querySelectorAll(".choice").forEach(function (box) {
    const select = box.querySelector("select");
    const show = function () {
      box.querySelectorAll(".option").forEach(function (panel) {
        panel.hidden = panel.dataset.name !== select.value;
      });
    };
    select.addEventListener("change", show);
    show();
  });

  document.querySelectorAll(".explorer").forEach(explorer);

  function explorer(box) {
    const data = JSON.parse(box.querySelector("script").textContent);
    const control = function (name) { return box.querySelector("[name=" + name + "]"); };
    const years = data.devices.map(function (d) { return d.year; }).filter(Boolean);
    fill(control("x"), data.axes.map(function (a) { return [a.name, a.label]; }));
    fill(control("y"), data.axes.map(function (a) { return [a.name, a.label]; }));
    control("y").selectedIndex = 1;
    for (const name of ["family", "stimulus"]) {
      const found = Array.from(new Set(data.devices.map(function (d) { return d[name]; }))).sort();
      fill(control(name), [["", "all"]].concat(found.map(function (v) { return [v, v]; })));
    }
    const first = Math.min.apply(null, years), last = Math.max.apply(null, years);
    control("from").value = first;
    control("to").value = last;

    function value(device, name) { return name === "year" ? device.year : device.values[name]; }
    function axis(name) { return data.axes.find(function (a) { return a.name === name; }); }

    // What a logarithmic axis cannot show is told by `update`, not dropped in silence.
    function drawable(device, name) { return !axis(name).log || value(device, name) > 0; }

    function stated() {
      const x = control("x").value, y = control("y").value;
      const from = +control("from").value, to = +control("to").value;
      // Devices whose paper states no year are shown as long as no year is left out.
      const everyYear = from <= first && to >= last;
      return data.devices.filter(function (d) {
        return (!control("family").value || d.family === control("family").value)
          && (!control("stimulus").value || d.stimulus === control("stimulus").value)
          && (everyYear || (d.year !== null && d.year >= from && d.year <= to))
          && value(d, x) != null && value(d, y) != null;
      });
    }

    function rows(devices) {
      const x = control("x").value, y = control("y").value;
      return devices.map(function (d) {
        const bound = d.bounds[x] || d.bounds[y];
        return { x: value(d, x), y: value(d, y), device: d.id, composition: d.composition, family: d.family,
                 stimulus: d.stimulus, paper: d.paper, link: d.link,
                 told: bound ? bound + " bound" : "value" };
      });
    }

    function channel(field) {
      const a = axis(control(field).value);
      return { field: field, type: "quantitative", title: a.label,
               scale: a.log ? { type: "log" } : { type: "linear", zero: false },
               axis: { format: a.name === "year" ? "d" : a.log ? "~e" : "~g", tickCount: 6, tickMinStep: a.name === "year" ? 1 : 0,
                       labelOverlap: true, labelSeparation: 8, labelFlush: false } };
    }

    function update() {
      const all = stated(), x = channel("x"), y = channel("y");
      const shown = all.filter(function (d) {
        return drawable(d, control("x").value) && drawable(d, control("y").value);
      });
      const narrow = box.clientWidth < 520, left = all.length - shown.length;
      box.querySelector(".count").textContent = shown.length + (shown.length === 1 ? " device" : " devices")
        + (left ? "; " + left + " not positive, so not on a logarithmic axis" : "");
      return draw(box.querySelector(".place"), {
        $schema: "https://vega.github.io/schema/vega-lite/v6.json",
        width: "container", height: 380, data: { values: rows(shown) },
        mark: { type: "point", filled: true, size: 70, opacity: 0.8, cursor: "pointer" },
        encoding: {
          x: x, y: y,
          color: { field: "family", type: "nominal", title: null,
                   scale: { domain: Object.keys(data.families), range: Object.values(data.families) },
                   legend: { orient: "bottom", direction: narrow ? "vertical" : "horizontal" } },
          shape: { field: "told", type: "nominal", title: null,
                   scale: { domain: ["value", "lower bound", "upper bound"],
                            range: ["circle", "triangle-up", "triangle-down"] },
                   legend: { orient: "bottom", direction: narrow ? "vertical" : "horizontal" } },
          href: { field: "link" },
          tooltip: ["device", "composition", "family", "stimulus", "x", "y", "told", "paper"].map(
            function (f) { return { field: f, title: f === "x" ? x.title : f === "y" ? y.title : f }; }),
        },
      });
    }
    box.querySelectorAll("select, input").forEach(function (c) { c.addEventListener("change", update); });
    drawn.push(update);
  }

  function fill(select, pairs) {
    for (const [value, label] of pairs) { select.add(new Option(label, value)); }
  }

  function drawAll() { return Promise.all(drawn.map(function (one) { return one(); })); }

  document.getElementById("theme").addEventListener("click", function () {
    root.dataset.theme = isDark() ? "light" : "dark";
    drawAll();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  drawAll().then(function () { root.dataset.ready = "yes"; });
})();
