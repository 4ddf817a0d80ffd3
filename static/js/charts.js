// The three charts that are worth a library: waterfall, trend, goal. ECharts (SVG), colours from the hex tokens, data from
// the JSON block named in data-source. `format` in the data (crm/formats.py, chart_format) says how numbers read.
(() => {
  const token = name => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  const font = '"Inter Variable", system-ui, sans-serif';

  const written = format => {
    const { locale = "en", unit = "", before = "", after = "", thousand = "k", million = "m", hour = "h", minute = "min", day = "d" } = format || {};
    const plain = (v, digits) => Math.abs(v).toLocaleString(locale, { useGrouping: "always", minimumFractionDigits: digits, maximumFractionDigits: digits });
    const sign = v => (v < 0 ? "−" : "");
    const duration = v => {
      const minutes = Math.round(Math.abs(v) / 60), hours = Math.floor(minutes / 60);
      if (minutes < 60) return `${minutes} ${minute}`;
      if (hours >= 48) return `${Math.round(hours / 24)} ${day}`;
      return minutes % 60 ? `${hours} ${hour} ${String(minutes % 60).padStart(2, "0")}` : `${hours} ${hour}`;
    };
    const full = v => (unit === "duration" ? sign(v) + duration(v) : sign(v) + before + plain(v, Number.isInteger(v) || unit === "money" ? 0 : 1) + after);
    const short = v => {
      if (unit === "duration" || Math.abs(v) < 1000) return unit === "money" && !v ? "0" : full(v);
      const [size, letter] = Math.abs(v) >= 1e6 ? [1e6, million] : [1e3, thousand];
      return sign(v) + before + plain(v / size, Number.isInteger(v / size) ? 0 : 1) + letter + after;
    };
    return { full, short, signed: v => (v > 0 ? "+" : "") + full(v) };
  };

  const base = () => ({
    animation: false,
    textStyle: { fontFamily: font, fontSize: 12, color: token("ink-2") },
    grid: { left: 8, right: 8, top: 28, bottom: 4, containLabel: true },
    tooltip: { backgroundColor: token("surface"), borderColor: token("line-2"), textStyle: { color: token("ink"), fontSize: 12 } },
  });
  const axis = extra => ({
    axisLine: { lineStyle: { color: token("line-2") } }, axisTick: { show: false },
    axisLabel: { color: token("ink-3"), fontSize: 12, fontFamily: font },
    splitLine: { lineStyle: { color: token("line"), width: 1 } }, ...extra,
  });
  const label = (color, weight) => ({ color: token(color), fontFamily: font, fontSize: 12, fontWeight: weight || 400 });

  const builders = {
    // The change as a waterfall: it starts at zero, so that lengths are honest. On a phone it lies down.
    waterfall(d, el) {
      const says = written(d.format), narrow = el.clientWidth < 480;
      // A step that crosses zero is two bars, one on either side: ECharts stacks what is above and what is below apart.
      let level = 0;
      const floor = [], above = [], below = [], links = [];
      d.steps.forEach(([, value, kind, url], i) => {
        const from = kind === "total" ? 0 : level, to = kind === "total" ? value : level + value;
        level = to;
        const [low, high] = [Math.min(from, to), Math.max(from, to)];
        floor.push(low > 0 ? low : Math.min(high, 0));
        const tone = kind === "total" ? "ink-3" : value >= 0 ? "good-fill" : "bad-fill";
        const bar = (size, position, says_it) => ({ value: size, url, itemStyle: { color: token(tone), borderRadius: 1 },
          label: { show: says_it, position, distance: 5, padding: [2, 3], backgroundColor: token("surface"), ...label("ink", 500), formatter: says.signed(value) } });
        const under = high <= 0 && low < 0;
        above.push(bar(high > 0 ? high - Math.max(low, 0) : 0, narrow ? "right" : "top", !under));
        below.push(bar(low < 0 ? low - Math.min(high, 0) : 0, narrow ? "right" : "top", under));
        if (i < d.steps.length - 1) links.push([{ coord: narrow ? [to, i] : [i, to] }, { coord: narrow ? [to, i + 1] : [i + 1, to] }]);
      });
      const sinks = below.some(bar => bar.value < 0);
      const cursor = above.some(bar => bar.url) ? "pointer" : "default";
      const names = axis({ type: "category", data: d.steps.map(s => s[0]), inverse: narrow, axisLine: { onZero: false, show: !sinks, lineStyle: { color: token("line-2") } }, axisLabel: { ...axis().axisLabel, interval: 0 } });
      const amounts = axis({ type: "value", axisLine: { show: false }, splitNumber: 3, axisLabel: { ...axis().axisLabel, show: !narrow, formatter: says.short } });
      return { ...base(), tooltip: undefined, grid: { ...base().grid, top: narrow ? 4 : 28, right: narrow ? 72 : 8 },
        xAxis: narrow ? amounts : names, yAxis: narrow ? names : amounts,
        series: [
          { type: "bar", stack: "w", silent: true, barMaxWidth: 48, itemStyle: { color: "transparent" }, data: floor },
          { type: "bar", stack: "w", barMaxWidth: 48, data: below, cursor },
          { type: "bar", stack: "w", barMaxWidth: 48, barCategoryGap: "38%", data: above, cursor,
            markLine: { silent: true, symbol: "none", lineStyle: { color: token("ink-3"), width: 1, type: [2, 2] }, label: { show: false }, data: [...links, ...(sinks ? [{ [narrow ? "xAxis" : "yAxis"]: 0, lineStyle: { color: token("line-2"), type: "solid" } }] : [])] } },
        ] };
    },

    // A control chart: mean and limits per phase, points outside named, the open period hollow and dashed.
    trend(d, el) {
      const says = written(d.format), narrow = el.clientWidth < 480, phases = d.phases || [];
      const end = d.values.length - 1, last = d.open ? end : end + 1; // the first index that is not closed
      const area = phases.map(p => [{ coord: [p.from, Math.max(p.low, d.min ?? 0)] }, { coord: [p.to, p.high] }]);
      const phase = i => phases.find(p => i >= p.from && i <= p.to);
      const out = (v, i) => v !== null && i < last && phase(i) && (v > phase(i).high || v < phase(i).low);
      const tone = (v, i) => ((v > phase(i).high) === (d.direction === "higher") ? "good" : "bad");
      const step = Math.max(1, Math.ceil(d.labels.length / (narrow ? 5 : 10)));
      return { ...base(), grid: { left: 8, right: narrow ? 16 : d.now ? Math.max(92, 16 + 7 * d.now.length) : 24, top: (d.notes || []).length ? 44 : 20, bottom: 4, containLabel: true },
        tooltip: { ...base().tooltip, trigger: "axis", valueFormatter: v => (v === null || v === undefined ? "—" : says.full(v)), formatter: undefined },
        xAxis: axis({ type: "category", data: d.labels, boundaryGap: false, axisLabel: { ...axis().axisLabel, interval: (i) => i % step === 0, alignMinLabel: "left" } }),
        yAxis: axis({ type: "value", min: d.min ?? (Math.min(...d.values.filter(v => v !== null)) < 0 ? undefined : 0), max: d.max, splitNumber: 4, axisLine: { show: false }, axisLabel: { ...axis().axisLabel, formatter: says.short } }),
        series: [
          { name: d.name || "", type: "line", data: d.values.map((v, i) => (i < last ? v : null)), lineStyle: { color: token("accent"), width: 2 }, symbol: "circle", symbolSize: (v, p) => (out(d.values[p.dataIndex], p.dataIndex) ? 9 : 5),
            itemStyle: { color: token("accent") }, cursor: d.urls ? "pointer" : "default",
            markArea: { silent: true, itemStyle: { color: token("sunken") }, data: area },
            markPoint: { silent: true, symbol: "circle", symbolSize: 9, data: d.values.map((v, i) => out(v, i) && { coord: [i, v], itemStyle: { color: token(d.direction ? tone(v, i) : "ink") }, label: { show: true, position: narrow || i > end * 0.75 ? "left" : "right", ...label(d.direction ? tone(v, i) : "ink", 500), formatter: says.full(v) + (narrow || !d.outside ? "" : ", " + d.outside) } }).filter(Boolean) },
            markLine: { silent: true, symbol: "none", data: [
              ...phases.map(p => [{ coord: [p.from, p.mean], lineStyle: { color: token("ink-3"), type: [4, 3], width: 1 } }, { coord: [p.to, p.mean] }]),
              ...(d.notes || []).map(n => ({ xAxis: n.at, lineStyle: { color: token("line-2"), type: "solid", width: 1 }, label: { position: "end", distance: 6, align: n.align, formatter: narrow ? n.text.split(",")[0] : n.text, ...label("ink-2") } })),
            ] } },
          ...(d.open ? [{ name: d.name || "", type: "line", tooltip: { show: true }, data: d.values.map((v, i) => (i >= last - 1 ? v : null)), lineStyle: { color: token("accent"), width: 2, type: [4, 4] }, symbol: "circle", symbolSize: (v, p) => (p.dataIndex === last ? 9 : 0),
            itemStyle: { color: token("surface"), borderColor: token("accent"), borderWidth: 2 },
            label: { show: true, position: narrow ? "bottom" : "right", distance: 8, align: narrow ? "right" : "left", formatter: p => (p.dataIndex === last ? d.now || "" : ""), ...label("ink", 500) } }] : []),
        ] };
    },

    // A goal: actual against the pace line (working days), projection to the end, milestones as labelled levels.
    goal(d, el) {
      const says = written(d.format), narrow = el.clientWidth < 480;
      const n = d.days, now = d.actual.length - 1, xy = a => a.map((v, i) => [i, v]), known = v => v !== null && v !== undefined;
      const ahead = (to, style, name) => (known(to) && now < n ? [{ type: "line", silent: true, symbol: "none", data: [[now, d.actual[now]], [n, to]], lineStyle: style, endLabel: { show: Boolean(name) && !narrow, formatter: name, ...label("ink", 500) } }] : []);
      return { ...base(), tooltip: { ...base().tooltip, trigger: "axis", valueFormatter: v => says.full(Array.isArray(v) ? v[1] : v), axisPointer: { label: { show: false } } },
        grid: { left: 8, right: narrow ? 12 : 128, top: 20, bottom: 4, containLabel: true },
        xAxis: axis({ type: "value", min: 0, max: n, splitLine: { show: false }, axisPointer: { show: false }, axisLabel: { ...axis().axisLabel, customValues: Object.keys(d.ticks || {}).map(Number), formatter: v => (d.ticks || {})[v] || "" } }),
        yAxis: axis({ type: "value", min: d.min, max: d.max, scale: true, splitNumber: 4, interval: d.format?.unit === "duration" && d.max - d.min <= 8 * 3600 ? 3600 : undefined, axisLine: { show: false }, axisLabel: { ...axis().axisLabel, formatter: says.short } }),
        series: [
          { type: "line", silent: true, symbol: "none", data: [[0, d.baseline], [n, d.target]], lineStyle: { color: token("ink-3"), width: 1, type: [2, 3] }, tooltip: { show: false }, endLabel: { show: !narrow, formatter: d.pace || "", ...label("ink-2") } },
          { type: "line", symbol: "none", data: xy(d.actual), lineStyle: { color: token("accent"), width: 2 }, itemStyle: { color: token("accent") },
            markPoint: { symbol: "circle", symbolSize: 9, itemStyle: { color: token("surface"), borderColor: token("accent"), borderWidth: 2 }, data: now >= 0 ? [{ coord: [now, d.actual[now]], label: { show: true, position: "top", distance: 8, formatter: d.now, ...label("ink", 600) } }] : [] },
            markLine: { silent: true, symbol: "none", data: now >= 0 && now < n ? [{ xAxis: now, lineStyle: { color: token("line-2"), type: "solid" }, label: { formatter: d.today || "", position: "end", ...label("ink-3") } }] : [] } },
          ...ahead(d.projected, { color: token("accent"), width: 2, type: [4, 4] }, d.end),
          ...ahead(d.low, { color: token("line-2"), width: 1 }),
          ...ahead(d.high, { color: token("line-2"), width: 1 }),
          { type: "scatter", silent: true, symbol: "diamond", symbolSize: 9, itemStyle: { color: token("ink") }, tooltip: { show: false }, data: (d.milestones || []).map(m => ({ value: [m.x, m.y], label: { show: !narrow, position: m.at, distance: m.at === "top" ? 16 : 6, formatter: m.text, ...label("ink-2") } })) },
        ] };
    },
  };

  const draw = el => {
    const data = JSON.parse(document.getElementById(el.dataset.source).textContent);
    const chart = echarts.getInstanceByDom(el) || echarts.init(el, null, { renderer: "svg" });
    chart.setOption(builders[el.dataset.chart](data, el), true);
    chart.off("click");
    chart.on("click", mark => {
      const url = mark.data?.url || data.urls?.[mark.dataIndex];
      if (url) location.href = url;
    });
    return chart;
  };
  const drawAll = root => root.querySelectorAll("[data-chart]").forEach(draw);

  addEventListener("DOMContentLoaded", () => {
    drawAll(document);
    let frame = 0, width = innerWidth;
    addEventListener("resize", () => {
      if (innerWidth === width) return;
      width = innerWidth;
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => document.querySelectorAll("[data-chart]").forEach(el => draw(el).resize()));
    });
    document.documentElement.addEventListener("themechange", () => drawAll(document));
    document.addEventListener("htmx:load", event => drawAll(event.target));
  });
})();
