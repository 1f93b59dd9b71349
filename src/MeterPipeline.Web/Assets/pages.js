// Keeps a page current without reloading it: asks the API every two seconds (rarely while hidden, less often after failures) and, when the
// answer changed, takes the page's regions anew from the server, so that numbers are formatted in one place only.
(function () {
  'use strict';
  const api = document.body.dataset.api;
  const state = document.querySelector('[data-live-state]');
  const box = document.getElementById('chart');
  const pollMs = 2000, hiddenMs = 30000, slowestMs = 60000;
  let tag = null, failures = 0, timer = 0, chart = null, last = null;

  function color(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }

  function axis(name, right) {
    return {
      type: 'value', name: name, position: right ? 'right' : 'left', nameTextStyle: { color: color('--soft') },
      axisLabel: { color: color('--soft') }, splitLine: { show: !right, lineStyle: { color: color('--line') } }
    };
  }

  function series(name, unit, values, tint, more) {
    return Object.assign({
      name: name + ' (' + unit + ')', data: values, itemStyle: { color: tint }, lineStyle: { color: tint, width: 2 }, showSymbol: values.length < 3
    }, more);
  }

  // Text to number happens here only, for pixels; figures that are read come from the server as text.
  function option(data) {
    const first = box.dataset.first, second = box.dataset.second, days = data.days.map(d => d.day);
    const frame = {
      animation: false, aria: { enabled: true }, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: color('--ink') },
      grid: { left: 12, right: 12, top: 48, bottom: 6, containLabel: true },
      legend: { top: 0, left: 0, textStyle: { color: color('--ink') }, itemWidth: 16, itemHeight: 10 },
      tooltip: { trigger: 'axis', backgroundColor: color('--card'), borderColor: color('--line'), textStyle: { color: color('--ink') } },
      xAxis: { type: 'category', data: days, axisLabel: { color: color('--soft'), formatter: d => d.slice(5), hideOverlap: true }, axisLine: { lineStyle: { color: color('--line') } }, axisTick: { show: false } }
    };
    if (box.dataset.chart === 'season') {
      frame.yAxis = [axis('kWh', false), axis('m³', true)];
      frame.series = [
        series(first, 'kWh', data.days.map(d => Number(d.electricity_kwh)), color('--first'), { type: 'bar', barMaxWidth: 14 }),
        series(second, 'm³', data.days.map(d => Number(d.gas_m3)), color('--second'), { type: 'line', yAxisIndex: 1 })
      ];
    } else {
      const gas = data.energy === 'gas', unit = gas ? 'm³' : 'kWh';
      const used = data.days.map(d => Number(gas ? d.consumption_m3 : d.consumption_kwh));
      const eligible = data.days.map(d => Number(gas ? d.eligible_m3 : d.eligible_kwh));
      frame.yAxis = [axis(unit, false)];
      frame.series = [
        series(first, unit, eligible, color('--first'), { type: 'bar', stack: 'day', barMaxWidth: 14 }),
        series(second, unit, used.map((v, i) => Math.max(0, v - eligible[i])), color('--line'), { type: 'bar', stack: 'day', barMaxWidth: 14 })
      ];
      frame.series[1].name = frame.series[1].name.replace(second, second + ' − ' + first);
    }
    return frame;
  }

  function draw(data) {
    if (!box || !window.echarts || !data.days) return;
    last = data;
    chart = chart || window.echarts.init(box, null, { renderer: 'canvas' });
    chart.setOption(option(data), true);
    box.dataset.drawn = String(data.days.length);
  }

  // Regions are this server's own HTML, already encoded; scripts inside parsed documents never run.
  async function refresh() {
    const answer = await fetch(location.href, { cache: 'no-store' });
    if (!answer.ok) throw new Error(String(answer.status));
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const open = new Set(Array.from(document.querySelectorAll('details[open][data-keep]'), d => d.dataset.keep));
    for (const region of document.querySelectorAll('[data-region]')) {
      const fresh = next.querySelector('[data-region="' + region.dataset.region + '"]');
      if (!fresh || region.contains(document.activeElement)) continue;
      for (const d of fresh.querySelectorAll('details[data-keep]')) d.open = open.has(d.dataset.keep);
      if (fresh.innerHTML !== region.innerHTML) region.replaceChildren(...fresh.childNodes);
    }
  }

  async function poll() {
    try {
      const answer = await fetch(api, { cache: 'no-store' });
      if (!answer.ok) throw new Error(String(answer.status));
      const text = await answer.text();
      if (text !== tag) {
        draw(JSON.parse(text));
        // The first time too: something may have come between the page and this answer.
        await refresh();
        tag = text;
      }
      failures = 0;
    } catch {
      failures++;
    }
    if (state) {
      state.classList.toggle('stale', failures > 0);
      state.textContent = failures > 0 ? state.dataset.stale : state.dataset.live;
    }
    plan();
  }

  function plan() {
    clearTimeout(timer);
    timer = setTimeout(poll, document.hidden ? hiddenMs : Math.min(slowestMs, pollMs * 2 ** Math.min(failures, 5)));
  }

  if (!api) return;
  document.addEventListener('visibilitychange', () => { if (!document.hidden) poll(); });
  window.addEventListener('resize', () => { if (chart) chart.resize(); });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { if (last) draw(last); });
  poll();
})();
