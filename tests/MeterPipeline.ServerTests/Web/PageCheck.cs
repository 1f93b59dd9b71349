using Microsoft.Playwright;

namespace MeterPipeline.ServerTests.Web;

/// <summary>What can be seen to be wrong with a page by measuring it: boxes that leave the window, texts that lie on each other, things without a name.</summary>
internal static class PageCheck
{
    /// <returns>What is wrong, a line each.</returns>
    public static Task<string[]> LookAsync(IPage page) => page.EvaluateAsync<string[]>(Script);

    private const string Script = """
        () => {
          const wrong = [], root = document.documentElement;
          const name = e => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + (e.className && e.className.baseVal === undefined ? '.' + String(e.className).trim().replace(/\s+/g, '.') : '');
          const said = e => (e.getAttribute('aria-label') || e.innerText || e.textContent || '').trim();
          if (root.scrollWidth > root.clientWidth) wrong.push(`the page is ${root.scrollWidth} px wide in a window of ${root.clientWidth}`);
          if (!root.lang || !document.title.trim()) wrong.push('no language or title');
          if (document.querySelectorAll('h1').length !== 1) wrong.push(document.querySelectorAll('h1').length + ' first headings');
          const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
          for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) wrong.push('two elements are called #' + id);
          for (const e of document.querySelectorAll('img:not([alt])')) wrong.push(name(e) + ' has no alt');
          for (const e of document.querySelectorAll('input:not([type=hidden]), select, textarea'))
            if (!e.labels.length && !e.getAttribute('aria-label')) wrong.push(`${name(e)} [name=${e.name}] has no label`);
          for (const e of document.querySelectorAll('a[href], button, summary')) if (!said(e)) wrong.push(name(e) + ' says nothing');
          for (const e of document.querySelectorAll('nav, [role=img], meter:not([aria-hidden]), progress')) if (!e.getAttribute('aria-label')) wrong.push(name(e) + ' has no aria-label');
          for (const e of document.querySelectorAll('[data-chart], figure.bars'))
            if (!e.closest('section').querySelector('table')) wrong.push(name(e) + ' has no table beside it');
          for (const e of document.querySelectorAll('thead th')) if (!e.scope) wrong.push(name(e) + ' heads no column');

          const menu = document.querySelector('.top nav');
          if (menu && menu.scrollWidth > menu.clientWidth + 1) wrong.push(`the menu is ${menu.scrollWidth} px wide in ${menu.clientWidth}`);

          // Where text is painted, cut by whatever clips it.
          const clip = e => {
            let box = { left: -1e6, top: -1e6, right: 1e6, bottom: 1e6 };
            for (let up = e; up && up !== document.body; up = up.parentElement) {
              const style = getComputedStyle(up);
              if (style.position === 'sticky' || style.position === 'fixed') return null;
              if (style.overflowX === 'visible' && style.overflowY === 'visible') continue;
              const b = up.getBoundingClientRect();
              box = { left: Math.max(box.left, b.left), top: Math.max(box.top, b.top), right: Math.min(box.right, b.right), bottom: Math.min(box.bottom, b.bottom) };
            }
            return box;
          };
          const boxes = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const owner = node.parentElement;
            if (!node.data.trim() || owner.closest('svg, script, style, noscript, option, .skip, .hidden') || !owner.checkVisibility({ visibilityProperty: true })) continue;
            const cut = clip(owner);
            if (!cut) continue;
            const range = document.createRange();
            range.selectNodeContents(node);
            for (const r of range.getClientRects()) {
              const box = { left: Math.max(r.left, cut.left), top: Math.max(r.top, cut.top), right: Math.min(r.right, cut.right), bottom: Math.min(r.bottom, cut.bottom), owner, text: node.data.trim() };
              if (box.right - box.left < 2 || box.bottom - box.top < 2) continue;
              // Line boxes are taller than their letters.
              const air = (box.bottom - box.top) / 5;
              boxes.push({ ...box, top: box.top + air, bottom: box.bottom - air });
              if (r.right > root.clientWidth + 1 && cut.right > root.clientWidth) wrong.push(`"${node.data.trim().slice(0, 30)}" leaves the window to the right`);
            }
          }
          boxes.sort((a, b) => a.top - b.top);
          for (let i = 0; i < boxes.length; i++) {
            for (let k = i + 1; k < boxes.length && boxes[k].top < boxes[i].bottom; k++) {
              const a = boxes[i], b = boxes[k];
              if (a.owner === b.owner || Math.min(a.right, b.right) - Math.max(a.left, b.left) < 2) continue;
              if (Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) < 1) continue;
              wrong.push(`"${a.text.slice(0, 30)}" (${name(a.owner)}) lies on "${b.text.slice(0, 30)}" (${name(b.owner)})`);
            }
          }
          // Boxes that spill over their card without anything to scroll them with.
          for (const card of document.querySelectorAll('.card, .tile, .tiles, .titleblock, td, th, form, .head')) {
            const style = getComputedStyle(card);
            if (style.overflowX === 'visible' && card.checkVisibility() && !card.closest('.hidden') && card.clientWidth > 0 && card.scrollWidth > card.clientWidth + 1)
              wrong.push(`${name(card)} holds ${card.scrollWidth} px in ${card.clientWidth}: "${said(card).slice(0, 40)}"`);
          }
          return [...new Set(wrong)].slice(0, 20);
        }
        """;
}
