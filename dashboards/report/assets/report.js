'use strict';
// Charts with ECharts, their pictures, sortable tables. All that matters is on the page without this script.
(() => {
  const charts = JSON.parse(document.getElementById('charts').textContent);
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const group = (x, decimals) => x.toLocaleString('en-US', { maximumFractionDigits: decimals });
  const write = (x, c, decimals = c.decimals) => x == null ? '' : c.unit === 'percentunit' ? (100 * x).toFixed(decimals).replace('-', '−') + ' %' : group(x, decimals).replace('-', '−');
  const escape = (s) => String(s).replace(/[&<>"]/g, (m) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[m]);

  const base = (c) => {
    const text = { color: css('--ink') }, line = { lineStyle: { color: css('--line') } };
    return {
      animation: false, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 4, right: 44, top: 8, bottom: 34, containLabel: true },
      legend: { bottom: 0, type: 'scroll', textStyle: text, itemWidth: 14, itemHeight: 10, formatter: (name) => name.length > 28 ? name.slice(0, 27) + '…' : name, pageTextStyle: text, pageIconColor: css('--ink'), pageIconInactiveColor: css('--line') },
      tooltip: { confine: true, backgroundColor: css('--paper'), borderColor: css('--line'), textStyle: { ...text, fontSize: 12 } },
      value: { type: 'value', axisLabel: { ...text, formatter: (x) => write(x, c, c.unit === 'percentunit' ? 0 : 1), hideOverlap: true }, splitLine: line },
      category: { type: 'category', axisLabel: { ...text, hideOverlap: true, width: 120, overflow: 'truncate' }, axisLine: line, axisTick: { show: false } },
    };
  };
  const rows = (c, b) => ({ ...b.tooltip, trigger: 'axis', axisPointer: { type: 'shadow' }, formatter: (all) => escape(all[0].axisValueLabel) + all.filter((p) => p.value != null && (p.value !== 0 || all.length < 6)).slice(0, 20).map((p) => `<br>${p.marker}${escape(p.seriesName)} <b>${write(p.value, c, Math.max(1, c.decimals))}</b>`).join('') });

  const draw = {
    bars(c, room) {
      const b = base(c), values = c.series.flatMap((s) => s.data), below = values.some((x) => x < 0);
      const most = c.stacked && c.unit === 'percentunit' ? 1 : undefined;
      const longest = Math.max(0, ...c.categories.map((_, i) => c.series.reduce((sum, s) => sum + Math.abs(s.data[i] ?? 0), 0)));
      return {
        height: c.categories.length * (c.stacked ? 30 : 20 * c.series.length + 14) + 70,
        option: {
          ...b, tooltip: rows(c, b), legend: { ...b.legend, show: c.series.length > 1 },
          xAxis: { ...b.value, max: most }, yAxis: { ...b.category, data: c.categories, inverse: true, axisLine: { ...b.category.axisLine, onZero: !below } },
          series: c.series.map((s) => ({
            type: 'bar', name: s.name, data: s.data, stack: c.stacked ? 'all' : undefined, itemStyle: { color: s.color }, barCategoryGap: '22%', barMaxWidth: 26,
            label: { show: true, position: c.stacked ? 'inside' : 'right', color: c.stacked ? undefined : css('--ink'), fontSize: 11, formatter: (p) => p.value == null || (c.stacked && Math.abs(p.value) / longest * (room - 170) < 32) ? '' : write(p.value, c) },
            labelLayout: { hideOverlap: true },
          })),
        },
      };
    },
    time(c) {
      const b = base(c), few = c.categories.length < 3;
      return {
        height: 290,
        option: {
          ...b, tooltip: rows(c, b), xAxis: { ...b.category, data: c.categories, axisLabel: { ...b.category.axisLabel, width: 80 } }, yAxis: { ...b.value },
          series: c.series.map((s) => c.stacked ? { type: 'bar', name: s.name, data: s.data, stack: 'all', itemStyle: { color: s.color }, barCategoryGap: '18%', barMaxWidth: 60 }
            : { type: 'line', name: s.name, data: s.data, symbolSize: few ? 8 : 4, lineStyle: { width: 2, color: s.color }, itemStyle: { color: s.color } }),
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

  const option = (c, room) => {
    const { height, option: { value, category, ...rest } } = draw[c.kind](c, room);
    if (rest.legend.show === false) return { height, option: rest };
    // A legend of a few lines shows all its names; only longer ones turn over.
    const names = rest.legend.data ?? rest.series.map((s) => s.name), letters = names.reduce((sum, name) => sum + Math.min(name.length, 28), 0);
    const lines = Math.ceil((letters * 7.2 + names.length * 32) / Math.max(room, 200));
    if (lines > 6) return { height, option: rest };
    const more = (lines - 1) * 20;
    return { height: height + more, option: { ...rest, legend: { ...rest.legend, type: 'plain' }, grid: { ...rest.grid, bottom: rest.grid.bottom + more } } };
  };
  const places = [...document.querySelectorAll('[data-chart]')].filter((place) => charts[place.dataset.chart]);
  const open = new Map();
  const drawOne = (place) => {
    open.get(place)?.dispose();
    const { height, option: o } = option(charts[place.dataset.chart], place.clientWidth);
    place.style.height = height + 'px';
    const chart = echarts.init(place, null, { renderer: 'svg' });
    chart.setOption(o);
    open.set(place, chart);
  };
  // Each has its height from the start, so that nothing jumps, and is drawn when it is about to be seen.
  for (const place of places) place.style.height = option(charts[place.dataset.chart], 600).height + 'px';
  const near = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      drawOne(target);
    }
  }, { rootMargin: '800px' });
  for (const place of places) near.observe(place);
  const resize = () => open.forEach((c) => c.resize());
  addEventListener('resize', resize);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => open.forEach((_, place) => drawOne(place)));
  addEventListener('beforeprint', () => {
    document.querySelectorAll('.about').forEach((d) => { d.open = true; });
    for (const place of places) if (!open.has(place) && place.clientWidth) drawOne(place);
    resize();
  });
  addEventListener('afterprint', resize);

  // A picture for slides: twice as sharp as a screen, with its title, on the page's own ground.
  const pixels = 2;
  const painted = (title, width, height, image) => {
    const canvas = document.createElement('canvas'), pen = canvas.getContext('2d'), head = 44;
    canvas.width = width * pixels;
    canvas.height = (height + head) * pixels;
    pen.scale(pixels, pixels);
    pen.fillStyle = css('--paper');
    pen.fillRect(0, 0, width, height + head);
    pen.fillStyle = css('--ink');
    pen.font = '600 18px ' + getComputedStyle(document.body).fontFamily;
    pen.fillText(title, 12, 28, width - 24);
    pen.drawImage(image, 0, head, width, height);
    return canvas.toDataURL('image/png');
  };
  const loaded = (source) => new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error('the picture could not be drawn'));
    image.src = source;
  });
  const chartPicture = async (place, width) => {
    const { height, option: o } = option(charts[place.dataset.chart], width);
    const off = document.createElement('div');
    off.style.cssText = `position:absolute;left:-9999px;width:${width}px;height:${height}px`;
    document.body.append(off);
    const chart = echarts.init(off, null, { renderer: 'canvas' });
    try {
      chart.setOption(o);
      return [width, height, await loaded(chart.getDataURL({ pixelRatio: pixels, backgroundColor: css('--paper') }))];
    } finally {
      chart.dispose();
      off.remove();
    }
  };
  const drawingPicture = async (svg) => {
    const { width, height } = svg.viewBox.baseVal, copy = svg.cloneNode(true);
    const from = [svg, ...svg.querySelectorAll('*')], to = [copy, ...copy.querySelectorAll('*')];
    const kept = ['fill', 'stroke', 'stroke-width', 'stroke-opacity', 'font', 'text-anchor', 'paint-order'];
    from.forEach((e, i) => { const style = getComputedStyle(e); kept.forEach((k) => to[i].style.setProperty(k, style.getPropertyValue(k))); });
    copy.setAttribute('width', width);
    copy.setAttribute('height', height);
    return [width, height, await loaded('data:image/svg+xml;charset=utf-8,' + encodeURIComponent(new XMLSerializer().serializeToString(copy)))];
  };
  const picture = async (figure, width) => {
    const place = figure.querySelector('[data-chart]');
    return painted(nameOf(figure), ...await (place ? chartPicture(place, width ?? Math.max(place.clientWidth, 640)) : drawingPicture(figure.querySelector('svg'))));
  };
  const nameOf = (figure) => figure.querySelector('h3').textContent;
  const drawn = [...document.querySelectorAll('figure.chart, figure.graph')].filter((figure) => figure.querySelector('[data-chart], svg'));
  for (const figure of drawn) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'save';
    button.textContent = 'PNG';
    button.setAttribute('aria-label', 'Save as a picture: ' + nameOf(figure));
    button.addEventListener('click', async () => {
      const link = document.createElement('a');
      link.href = await picture(figure);
      link.download = figure.id + '.png';
      link.click();
    });
    figure.querySelector('figcaption').prepend(button);
  }
  // For the command 'report --png', which reads the page's text: all pictures at a slide's width, and a word that this was all.
  const pictures = async () => {
    for (const figure of drawn) {
      const image = document.createElement('img');
      image.dataset.picture = figure.id;
      image.alt = nameOf(figure);
      image.src = await picture(figure, 1120);
      document.body.append(image);
    }
    document.body.dataset.pictures = drawn.length;
  };
  if (location.hash === '#pictures') pictures();

  const key = (row, i) => {
    const c = row.children[i];
    return c.dataset.sort === undefined ? c.textContent : Number(c.dataset.sort);
  };
  // Numbers before text, and cells without a value last whichever way is sorted.
  const order = (a, b, sign) => {
    if (a === '' || b === '') return a === b ? 0 : a === '' ? 1 : -1;
    if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
    return sign * (typeof a === 'number' ? a - b : a.localeCompare(b));
  };
  for (const head of document.querySelectorAll('thead th:not([data-sort])')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const table = head.closest('table'), i = [...head.parentElement.children].indexOf(head), down = head.getAttribute('aria-sort') !== 'descending';
      table.querySelectorAll('th').forEach((h) => h.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const body = table.tBodies[0], sign = down ? -1 : 1;
      [...body.rows].map((row) => [key(row, i), row]).sort(([a], [b]) => order(a, b, sign)).forEach(([, row]) => body.append(row));
    });
  }
})();
