'use strict';
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const form = byId('controls');
  const main = byId('map');
  const readout = byId('readout');
  const scope = byId('scope');
  const segment = byId('segment');
  const other = byId('other');
  const direction = byId('direction');
  let slices = [];
  let pinned = null;

  const fill = (select, rows) => {
    const before = select.selectedOptions.length ? select.selectedOptions[0].text : null;
    select.replaceChildren(...rows.map(([value, text]) => new Option(text, value)));
    const same = [...select.options].findIndex((option) => option.text === before);
    select.selectedIndex = Math.max(same, 0);
  };

  const words = (node) => {
    const title = node.querySelector(':scope > title');
    return title ? title.textContent : '';
  };

  // What leads to a node of the flow, and where it leads: along the links, both ways.
  const follow = (svg, start) => {
    const nodes = new Set([start]);
    const links = new Set();
    const walk = (from, to) => {
      const waiting = [start];
      const seen = new Set(waiting);
      while (waiting.length) {
        const at = waiting.pop();
        for (const link of all('.k', svg)) {
          if (link.dataset[from] === at) {
            links.add(link);
            const next = link.dataset[to];
            nodes.add(next);
            if (!seen.has(next)) {
              seen.add(next);
              waiting.push(next);
            }
          }
        }
      }
    };
    walk('a', 'b');
    walk('b', 'a');
    all('.n', svg).forEach((node) => node.classList.toggle('on', nodes.has(node.dataset.i)));
    all('.k', svg).forEach((link) => link.classList.toggle('on', links.has(link)));
  };

  // The same touchpoint elsewhere, and its neighbours where there are arcs.
  const neighbours = (svg, point) => {
    const near = new Set([point]);
    for (const link of all('.k', svg)) {
      const on = !link.dataset.flow && (link.dataset.a === point || link.dataset.b === point);
      link.classList.toggle('on', on);
      if (on) {
        near.add(link.dataset.a);
        near.add(link.dataset.b);
      }
    }
    all('.n', svg).forEach((node) => node.classList.toggle('on', near.has(node.dataset.t)));
  };

  const clear = () => {
    all('svg.dim').forEach((svg) => svg.classList.remove('dim'));
    all('.on').forEach((node) => node.classList.remove('on'));
    readout.textContent = '';
  };

  const light = (node) => {
    clear();
    const own = node.closest('svg');
    readout.textContent = words(node);
    if (node.classList.contains('k')) {
      const key = own.classList.contains('flow') ? 'i' : 't';
      const ends = [node.dataset.a, node.dataset.b];
      node.classList.add('on');
      all('.n', own).forEach((n) => n.classList.toggle('on', ends.includes(n.dataset[key])));
      own.classList.add('dim');
      return;
    }
    const point = node.dataset.t;
    for (const svg of all('svg', node.closest('article'))) {
      if (svg.closest('[hidden]')) {
        continue;
      }
      if (svg === own && node.dataset.i !== undefined) {
        follow(svg, node.dataset.i);
        svg.classList.add('dim');
      } else if (point !== undefined && svg.querySelector(`.n[data-t="${point}"]`)) {
        if (svg.classList.contains('flow')) {
          all('.n', svg).forEach((n) => n.classList.toggle('on', n.dataset.t === point));
        } else {
          neighbours(svg, point);
        }
        svg.classList.add('dim');
      }
    }
  };

  const pin = (node) => {
    if (pinned) {
      pinned.classList.remove('pinned');
      pinned.setAttribute('aria-pressed', 'false');
    }
    pinned = node === pinned ? null : node;
    if (pinned) {
      pinned.classList.add('pinned');
      pinned.setAttribute('aria-pressed', 'true');
      light(pinned);
    } else {
      clear();
    }
  };

  const rest = () => (pinned ? light(pinned) : clear());

  const centre = (node) => {
    const box = (node.querySelector('rect') || node).getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
  };

  // The nearest node in the direction of an arrow key.
  const step = (node, dx, dy) => {
    const [x, y] = centre(node);
    let best = null;
    let least = Infinity;
    for (const next of all('.n', node.closest('svg'))) {
      const [nx, ny] = centre(next);
      const along = (nx - x) * dx + (ny - y) * dy;
      const across = Math.abs((nx - x) * dy) + Math.abs((ny - y) * dx);
      if (next !== node && along > 1 && along + 2 * across < least) {
        least = along + 2 * across;
        best = next;
      }
    }
    if (best) {
      node.tabIndex = -1;
      best.tabIndex = 0;
      best.focus();
    }
  };

  const show = () => {
    if (pinned) {
      pin(pinned);
    }
    clear();
    const shown = [segment.value, other.value];
    const backwards = direction.value === '1';
    for (const slice of slices) {
      slice.hidden = !shown.includes(slice.id);
      const figures = all('.flows', slice);
      for (const figure of figures) {
        figure.hidden = figures.length > 1 && (figure.dataset.anchor === '1') !== backwards;
      }
    }
    const first = byId(segment.value);
    main.prepend(first);
    main.classList.toggle('two', other.value !== '');
    direction.disabled = all('.flows', first).length < 2;
  };

  const choose = () => {
    const own = slices.filter((slice) => slice.dataset.scope === scope.value);
    fill(segment, own.map((slice) => [slice.id, slice.dataset.value]));
    fill(other, [['', other.dataset.nothing],
      ...own.map((slice) => [slice.id, slice.dataset.value])]);
    show();
  };

  // What is drawn, at the start and each time that it was drawn anew.
  const open = () => {
    slices = all('article');
    pinned = null;
    fill(scope, [...new Map(slices.map((slice) => [slice.dataset.scope, slice.dataset.name]))]);
    for (const svg of all('svg')) {
      all('.n', svg).forEach((node, index) => {
        node.tabIndex = index === 0 ? 0 : -1;
        node.setAttribute('role', 'button');
        node.setAttribute('aria-pressed', 'false');
        node.setAttribute('aria-label', words(node));
      });
    }
    choose();
  };

  scope.addEventListener('change', choose);
  [segment, other, direction].forEach((select) => select.addEventListener('change', show));
  form.addEventListener('submit', (event) => event.preventDefault());
  open();

  const target = (event) => event.target.closest && event.target.closest('svg .n, svg .k');
  main.addEventListener('pointerover', (event) => {
    const node = target(event);
    return node ? light(node) : rest();
  });
  main.addEventListener('pointerleave', rest);
  main.addEventListener('focusin', (event) => {
    const node = target(event);
    return node ? light(node) : rest();
  });
  main.addEventListener('focusout', rest);
  main.addEventListener('click', (event) => {
    const node = target(event);
    if (node && node.classList.contains('n')) {
      pin(node);
    }
  });
  main.addEventListener('keydown', (event) => {
    const node = target(event);
    const arrows = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
    if (!node) {
      return;
    }
    if (arrows[event.key]) {
      event.preventDefault();
      step(node, ...arrows[event.key]);
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      pin(node);
    } else if (event.key === 'Escape' && pinned) {
      pin(pinned);
    }
  });
  // A page that is served: newer numbers take the place of these; what was chosen stays.
  const live = byId('live');
  const place = (element) => [element.closest('article'), element.closest('figure')].map(
    (part) => part && [...part.parentNode.children].indexOf(part));
  const replace = (fresh) => {
    const focused = main.contains(document.activeElement) ? document.activeElement : null;
    const node = focused && focused.closest('svg .n');
    const at = node && `${place(node)} ${node.dataset.t} ${node.dataset.c}`;
    const opened = new Set(all('details[open]', main).map((part) => `${place(part)}`));
    document.title = fresh.title;
    for (const part of ['#map', '#views', 'header .source', 'footer']) {
      document.querySelector(part).replaceChildren(...fresh.querySelector(part).childNodes);
    }
    open();
    all('details', main).forEach((part) => { part.open = opened.has(`${place(part)}`); });
    const same = at && all('svg .n', main).find(
      (other) => `${place(other)} ${other.dataset.t} ${other.dataset.c}` === at);
    if (same) {
      same.focus({preventScroll: true});
    }
  };
  const ask = async () => {
    try {
      const headers = {'If-None-Match': `"${live.dataset.tag}"`};
      const answer = await fetch(location.pathname, {headers, cache: 'no-store'});
      if (answer.status === 200) {
        const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
        live.dataset.tag = fresh.getElementById('live').dataset.tag;
        replace(fresh);
      } else if (answer.status !== 304) {
        throw new Error(answer.statusText);
      }
      live.className = '';
      live.textContent = live.dataset.live;
    } catch {
      if (live.className !== 'lost') {
        live.className = 'lost';
        live.textContent = `${live.dataset.lost} ${new Date().toLocaleTimeString()}.`;
      }
    }
    setTimeout(ask, 5000);
  };
  if (live) {
    live.textContent = live.dataset.live;
    setTimeout(ask, 5000);
  }
  byId('views').hidden = true;
  form.hidden = false;
})();
