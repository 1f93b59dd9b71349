// Keeps a page current without reloading it: asks the API every two seconds (rarely while hidden, less often after failures) and, when an
// answer changed, takes the page's regions anew from the server, so that numbers are formatted in one place only.
(function () {
  'use strict';
  let api = document.body.dataset.api;
  const state = document.querySelector('[data-live-state]');
  const charts = Array.from(document.querySelectorAll('[data-chart]'));
  const pollMs = 2000, hiddenMs = 30000, slowestMs = 60000;
  const answers = new Map();
  let failures = 0, timer = 0, behind = [];

  function sources() {
    const all = new Set([api]);
    for (const box of charts) for (const source of [box.dataset.source, box.dataset.more]) if (source) all.add(source);
    return all;
  }

  // Whether the answer is another than the last; an answer that the server says is the same costs no body.
  async function ask(source) {
    const last = answers.get(source);
    const answer = await fetch(source, { cache: 'no-store', headers: last && last.tag ? { 'If-None-Match': last.tag } : {} });
    if (answer.status === 304) return false;
    if (!answer.ok) throw new Error(String(answer.status));
    const text = await answer.text();
    if (last && last.text === text) return false;
    answers.set(source, { text: text, tag: answer.headers.get('ETag'), data: JSON.parse(text) });
    return true;
  }

  function drawCharts() {
    for (const box of charts) {
      const data = answers.get(box.dataset.source || api), more = answers.get(box.dataset.more);
      if (data && (more || !box.dataset.more)) window.MeterCharts.draw(box, data.data, more && more.data);
    }
  }

  // A list shows its first line where the page chose none.
  function chosen(list) {
    const own = Array.from(list.options).filter(o => o.defaultSelected).pop();
    return list.selectedIndex !== (own ? own.index : 0);
  }

  function touched(e) {
    if (e.type === 'checkbox' || e.type === 'radio') return e.checked !== e.defaultChecked;
    return e.options ? chosen(e) : e.type !== 'hidden' && e.value !== e.defaultValue;
  }

  // What somebody is choosing or typing stays, and is brought up to date when they are done.
  function held(region) {
    return region.contains(document.activeElement) || Array.from(region.querySelectorAll('input, select, textarea')).some(touched);
  }

  // A page that names no season goes over to a newer one when that has its first reading; what is asked for and drawn goes with it.
  function follow(next) {
    api = next.body.dataset.api || api;
    for (const box of charts) {
      const fresh = next.querySelector('[data-chart="' + box.dataset.chart + '"]');
      for (const name of fresh ? ['source', 'more'] : []) if (fresh.dataset[name]) box.dataset[name] = fresh.dataset[name];
    }
  }

  // Regions are this server's own HTML, already encoded; scripts inside parsed documents never run.
  async function refresh() {
    const answer = await fetch(location.href, { cache: 'no-store' });
    if (!answer.ok) throw new Error(String(answer.status));
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const open = new Set(Array.from(document.querySelectorAll('details[open][data-keep]'), d => d.dataset.keep));
    follow(next);
    behind = [];
    for (const region of document.querySelectorAll('[data-region]')) {
      const fresh = next.querySelector('[data-region="' + region.dataset.region + '"]');
      if (!fresh) continue;
      if (held(region)) { behind.push(region); continue; }
      for (const d of fresh.querySelectorAll('details[data-keep]')) d.open = open.has(d.dataset.keep);
      if (fresh.innerHTML !== region.innerHTML) region.replaceChildren(...fresh.childNodes);
    }
  }

  async function poll() {
    const before = new Map(answers);
    try {
      const changed = await Promise.all(Array.from(sources(), ask));
      if (changed.includes(true) || behind.some(region => !held(region))) {
        drawCharts();
        // The first time too: something may have come between the page and this answer.
        await refresh();
      }
      failures = 0;
    } catch {
      // What was not shown is asked for again.
      answers.clear();
      for (const [source, answer] of before) answers.set(source, answer);
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

  // Paper shows the tables that the screen keeps folded.
  window.addEventListener('beforeprint', () => { for (const d of document.querySelectorAll('details[data-keep]:not([data-keep="history"])')) d.open = true; });

  for (const button of document.querySelectorAll('[data-print]')) {
    button.hidden = false;
    button.addEventListener('click', () => window.print());
  }
  document.addEventListener('change', event => {
    const name = event.target.dataset.all;
    if (name) for (const box of event.target.form.querySelectorAll('input[type="checkbox"][name="' + name + '"]')) box.checked = event.target.checked;
  });

  if (!api) return;
  document.addEventListener('visibilitychange', () => { if (!document.hidden) poll(); });
  poll();
})();
