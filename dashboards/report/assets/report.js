'use strict';
// Charts with ECharts, sortable tables. All that matters is on the page without this script.
(() => {
  const charts = JSON.parse(document.getElementById('charts').textContent);
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const group = (x, decimals) => x.toLocaleString('en-US', { maximumFractionDigits: decimals });
  const write = (x, c, decimals = c.decimals) => x == null ? '' : c.unit === 'percentunit' ? (100 * x).toFixed(decimals) + ' %' : group(x, decimals);
  const escape = (s) => String(s).replace(/[&<>"]/g, (m) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[m]);

  const base = (c) => {
    const text = { color: css('--ink') }, line = { lineStyle: { color: css('--line') } };
    return {
      animation: false, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      aria: { enabled: true, label: { description: c.label + ' The table below the chart has the numbers.' } },
      grid: { left: 4, right: 44, top: 8, bottom: 34, containLabel: true },
      legend: { bottom: 0, type: 'scroll', textStyle: text, itemWidth: 14, itemHeight: 10, pageTextStyle: text, pageIconColor: css('--ink'), pageIconInactiveColor: css('--line') },
      tooltip: { confine: true, backgroundColor: css('--paper'), borderColor: css('--line'), textStyle: { ...text, fontSize: 12 } },
      value: { type: 'value', axisLabel: { ...text, formatter: (x) => write(x, c, c.unit === 'percentunit' ? 0 : 1), hideOverlap: true }, splitLine: line },
      category: { type: 'category', axisLabel: { ...text, hideOverlap: true, width: 120, overflow: 'truncate' }, axisLine: line, axisTick: { show: false } },
    };
  };
  const rows = (c, b) => ({ ...b.tooltip, trigger: 'axis', axisPointer: { type: 'shadow' }, formatter: (all) => escape(all[0].axisValueLabel) + all.filter((p) => p.value != null && (p.value !== 0 || all.length < 6)).map((p) => `<br>${p.marker}${escape(p.seriesName)} <b>${write(p.value, c, Math.max(1, c.decimals))}</b>`).join('') });

  const draw = {
    bars(c, room) {
      const b = base(c), most = c.stacked && c.unit === 'percentunit' ? 1 : undefined;
      const longest = Math.max(...c.categories.map((_, i) => c.series.reduce((sum, s) => sum + (s.data[i] ?? 0), 0)));
      return {
        height: c.categories.length * (c.stacked ? 30 : 20 * c.series.length + 14) + 70,
        option: {
          ...b, tooltip: rows(c, b), legend: { ...b.legend, show: c.series.length > 1 },
          xAxis: { ...b.value, max: most }, yAxis: { ...b.category, data: c.categories, inverse: true },
          series: c.series.map((s) => ({
            type: 'bar', name: s.name, data: s.data, stack: c.stacked ? 'all' : undefined, itemStyle: { color: s.color }, barCategoryGap: '22%', barMaxWidth: 26,
            label: { show: true, position: c.stacked ? 'inside' : 'right', color: c.stacked ? undefined : css('--ink'), fontSize: 11, formatter: (p) => p.value == null || (c.stacked && p.value / longest * (room - 100) < 32) ? '' : write(p.value, c) },
            labelLayout: { hideOverlap: true },
          })),
        },
      };
    },
    time(c) {
      const b = base(c);
      return {
        height: 290,
        option: {
          ...b, tooltip: rows(c, b), xAxis: { ...b.category, data: c.categories, axisLabel: { ...b.category.axisLabel, width: 80 } }, yAxis: { ...b.value },
          series: c.series.map((s) => c.stacked ? { type: 'bar', name: s.name, data: s.data, stack: 'all', itemStyle: { color: s.color }, barCategoryGap: '18%' }
            : { type: 'line', name: s.name, data: s.data, symbolSize: 4, lineStyle: { width: 2, color: s.color }, itemStyle: { color: s.color } }),
        },
      };
    },
    // ECharts' common build has no error bars: an unseen bar up to the lower end carries the interval.
    intervals(c) {
      const b = base(c), [low, high, share, truth] = c.series.map((s) => s.data), n = c.categories.length;
      const width = low.map((x, i) => x == null ? null : high[i] - x), colors = c.colors;
      const points = (data) => data.map((x, i) => x == null ? null : [x, i]).filter(Boolean);
      const series = [
        { type: 'bar', name: '', stack: 'interval', data: low, silent: true, itemStyle: { color: 'transparent' }, barWidth: 12 },
        { type: 'bar', name: '95 % interval', stack: 'interval', data: width.map((x, i) => ({ value: x, itemStyle: { color: colors[i], opacity: 0.45 } })), itemStyle: { color: css('--soft'), opacity: 0.45 } },
        { type: 'scatter', name: 'Share', data: points(share), symbolSize: 11, itemStyle: { color: (p) => colors ? colors[p.value?.[1]] ?? css('--ink') : css('--ink'), borderColor: css('--paper') } },
      ];
      if (truth.some((x) => x != null)) series.push({ type: 'scatter', name: 'Truth', data: points(truth), symbol: 'diamond', symbolSize: 13, itemStyle: { color: css('--paper'), borderColor: css('--ink'), borderWidth: 2 } });
      return {
        height: n * 28 + 70,
        option: {
          ...b, xAxis: { ...b.value, min: 0 }, yAxis: { ...b.category, data: c.categories, inverse: true }, series,
          legend: { ...b.legend, data: series.map((s) => s.name).filter(Boolean) },
          tooltip: { ...b.tooltip, trigger: 'axis', axisPointer: { type: 'shadow' }, formatter: (all) => {
            const i = all[0].dataIndex ?? 0, k = c.categories.indexOf(all[0].axisValue), j = k < 0 ? i : k;
            return `${escape(c.categories[j])}<br>share <b>${write(share[j], c)}</b>` + (low[j] == null ? '' : `<br>95 % interval ${write(low[j], c)} to ${write(high[j], c)}`) + (truth[j] == null ? '' : `<br>truth <b>${write(truth[j], c)}</b>`);
          } },
        },
      };
    },
  };

  const open = [];
  const drawAll = () => {
    for (const chart of open.splice(0)) chart.dispose();
    for (const place of document.querySelectorAll('[data-chart]')) {
      const c = charts[place.dataset.chart];
      if (!c) continue;
      const { height, option } = draw[c.kind](c, place.clientWidth);
      place.style.height = height + 'px';
      const { value, category, ...rest } = option;
      const chart = echarts.init(place, null, { renderer: 'svg' });
      chart.setOption(rest);
      open.push(chart);
    }
  };
  drawAll();
  addEventListener('resize', () => open.forEach((c) => c.resize()));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
  addEventListener('beforeprint', () => { document.querySelectorAll('.about').forEach((d) => { d.open = true; }); open.forEach((c) => c.resize()); });

  for (const head of document.querySelectorAll('th')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const table = head.closest('table'), i = [...head.parentElement.children].indexOf(head);
      const down = head.getAttribute('aria-sort') !== 'descending';
      table.querySelectorAll('th').forEach((h) => h.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const key = (row) => { const c = row.children[i]; return c.dataset.sort === undefined ? c.textContent : Number(c.dataset.sort); };
      const body = table.tBodies[0], sign = down ? -1 : 1;
      [...body.rows].map((row) => [key(row), row]).sort(([a], [b]) => sign * (typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b)))).forEach(([, row]) => body.append(row));
    });
  }
})();
