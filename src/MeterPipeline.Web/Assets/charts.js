// Draws the charts of a page from the API's answers. Text becomes number here only, for pixels; figures that are read come from the server as text.
window.MeterCharts = (function () {
  'use strict';
  const drawn = new Map(), zoneMs = 8 * 3600 * 1000;

  // Paper is white, whatever the screen's scheme.
  const ofPaper = { '--ink': '#000', '--soft': '#444', '--line': '#bbb', '--card': '#fff', '--first': '#1f6fa8', '--second': '#b06a08', '--ok': '#145c38', '--flag': '#8a2d14' };
  // A4 landscape within its margins is 1,032 px wide: a chart of a wider window would be cut.
  const paperPx = 1000;
  let onPaper = false;

  function color(name) { return onPaper ? ofPaper[name] : getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }

  // A projector's page is set in larger type; the charts follow.
  function size() { return Math.round(parseFloat(getComputedStyle(document.body).fontSize) * 12 / 14); }

  function axis(name, right) {
    return {
      type: 'value', name: name, position: right ? 'right' : 'left', nameTextStyle: { color: color('--soft'), fontSize: size(), align: right ? 'right' : 'left' },
      axisLabel: { color: color('--soft'), fontSize: size(), hideOverlap: true }, splitLine: { show: !right, lineStyle: { color: color('--line') } }
    };
  }

  function series(name, unit, values, tint, more) {
    return Object.assign({
      name: name + ' (' + unit + ')', data: values, itemStyle: { color: tint }, lineStyle: { color: tint, width: 2 }, showSymbol: values.length < 3
    }, more);
  }

  function frame(days) {
    return {
      animation: false, aria: { enabled: true }, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: color('--ink') },
      grid: { left: 12, right: 12, top: 4.2 * size() + 8, bottom: 6, containLabel: true },
      legend: { top: 0, left: 0, textStyle: { color: color('--ink'), fontSize: size() }, itemWidth: 16, itemHeight: 10, type: 'scroll' },
      tooltip: { trigger: 'axis', confine: true, backgroundColor: color('--card'), borderColor: color('--line'), textStyle: { color: color('--ink'), fontSize: size() } },
      xAxis: {
        type: 'category', data: days, axisLabel: { color: color('--soft'), fontSize: size(), formatter: d => d.slice(5), hideOverlap: true },
        axisLine: { lineStyle: { color: color('--line') } }, axisTick: { show: false }
      }
    };
  }

  function season(box, data) {
    const option = frame(data.days.map(d => d.day));
    option.yAxis = [axis('kWh', false), axis('m³', true)];
    option.series = [
      series(box.dataset.first, 'kWh', data.days.map(d => Number(d.electricity_kwh)), color('--first'), { type: 'bar', barMaxWidth: 14 }),
      series(box.dataset.second, 'm³', data.days.map(d => Number(d.gas_m3)), color('--second'), { type: 'line', yAxisIndex: 1 })
    ];
    return option;
  }

  function household(box, data) {
    const first = box.dataset.first, second = box.dataset.second, gas = data.energy === 'gas', unit = gas ? 'm³' : 'kWh';
    const used = data.days.map(d => Number(gas ? d.consumption_m3 : d.consumption_kwh));
    const eligible = data.days.map(d => Number(gas ? d.eligible_m3 : d.eligible_kwh));
    const option = frame(data.days.map(d => d.day));
    option.yAxis = [axis(unit, false)];
    option.series = [
      series(first, unit, eligible, color('--first'), { type: 'bar', stack: 'day', barMaxWidth: 14 }),
      series(second + ' − ' + first, unit, used.map((v, i) => Math.max(0, v - eligible[i])), color('--line'), { type: 'bar', stack: 'day', barMaxWidth: 14 })
    ];
    return option;
  }

  function daysBetween(first, last) {
    const days = [];
    for (let at = Date.parse(first); at <= Date.parse(last); at += 86400000) days.push(new Date(at).toISOString().slice(0, 10));
    return days;
  }

  // What was earned so far day by day, what is foreseen for the season's end with its low and high, and the budget as a line.
  function money(box, data, use) {
    const unit = box.dataset.unit, days = daysBetween(use.season_first, use.season_last), known = new Map();
    let sum = use.money ? Number(use.money.top_ups_yuan) : 0;
    for (const d of data.days) known.set(d.day, sum += Number(d.accrued_yuan));
    const last = data.days.length ? data.days[data.days.length - 1].day : null, end = days[days.length - 1];
    const foresee = yuan => days.map(day => day === last ? sum : day === end && last && last < end ? Number(yuan) : null);
    const option = frame(days);
    option.yAxis = [axis(unit, false)];
    option.series = [series(box.dataset.first, unit, days.map(day => known.get(day) ?? null), color('--first'), { type: 'line', showSymbol: false, areaStyle: { color: color('--first'), opacity: 0.12 } })];
    if (use.money && last && last < end) {
      const thin = { type: 'line', connectNulls: true, showSymbol: false };
      option.series.push(series(box.dataset.third, unit, foresee(use.money.forecast_yuan), color('--second'), Object.assign({}, thin, { lineStyle: { color: color('--second'), type: 'dashed', width: 2 } })));
      for (const [mark, yuan] of [['−', use.money.forecast_low_yuan], ['+', use.money.forecast_high_yuan]])
        option.series.push(series(box.dataset.third + ' ' + mark, unit, foresee(yuan), color('--second'), Object.assign({}, thin, { lineStyle: { color: color('--second'), type: 'dotted', width: 1 } })));
    }
    if (use.money && use.money.budget_yuan) {
      const budget = Number(use.money.budget_yuan);
      option.series.push(series(box.dataset.second, unit, days.map(() => budget), color('--flag'), { type: 'line', showSymbol: false, lineStyle: { color: color('--flag'), width: 1.5 } }));
    }
    return option;
  }

  // A reading's mean power stands over the step that leads to it. Times are shown as those of China, wherever the reader is.
  function curve(box, data) {
    const option = frame([]), tints = ['--first', '--second', '--ok', '--flag'], meters = [...new Set(data.points.map(p => p.meter_id))];
    option.useUTC = true;
    option.grid.right = 2.4 * size();
    option.xAxis = Object.assign(option.xAxis, { type: 'time', data: undefined });
    option.xAxis.axisLabel = { color: color('--soft'), fontSize: size(), hideOverlap: true, formatter: { year: '{MM}-{dd}', month: '{MM}-{dd}', day: '{MM}-{dd}', hour: '{HH}:{mm}' } };
    option.yAxis = [axis(box.dataset.unit, false)];
    option.series = meters.map((meter, i) => {
      const points = data.points.filter(p => p.meter_id === meter);
      const name = meters.length > 1 ? meter : box.dataset.first;
      return series(name, box.dataset.unit, points.map(p => [Date.parse(p.at) + zoneMs, p.mean_power === undefined ? null : Number(p.mean_power)]), color(tints[i % tints.length]),
        { type: 'line', step: 'end', showSymbol: points.length < 12, areaStyle: { color: color(tints[i % tints.length]), opacity: 0.1 } });
    });
    return option;
  }

  const options = { season, household, money, curve };

  function draw(box, data, more) {
    if (!window.echarts || !data || (box.dataset.chart !== 'curve' && !data.days)) return;
    const held = drawn.get(box) || { chart: window.echarts.init(box, null, { renderer: 'canvas' }) };
    Object.assign(held, { data: data, more: more });
    drawn.set(box, held);
    const option = options[box.dataset.chart](box, data, more);
    if (box.dataset.none && !data.days.length) option.title = { text: box.dataset.none, left: 'center', top: 'middle', textStyle: { color: color('--soft'), fontSize: size(), fontWeight: 'normal' } };
    held.chart.setOption(option, true);
    box.dataset.drawn = String((data.days && data.days.length) || (data.points && data.points.length) || 0);
  }

  function redraw() { for (const [box, held] of drawn) draw(box, held.data, held.more); }

  window.addEventListener('resize', () => { for (const held of drawn.values()) held.chart.resize(); });
  function print(paper) {
    onPaper = paper;
    redraw();
    const main = document.querySelector('main').clientWidth, fit = paper ? Math.min(1, paperPx / main) : 1;
    for (const [box, held] of drawn) held.chart.resize({ width: fit < 1 ? Math.floor(box.clientWidth * fit) : 'auto' });
  }

  window.addEventListener('beforeprint', () => print(true));
  window.addEventListener('afterprint', () => print(false));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  return { draw };
})();
