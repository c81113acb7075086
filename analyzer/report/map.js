
'use strict';
(() => {
  // The map is drawn from the data block alone. Names in it are only ever set as text or compared; nothing of it becomes
  // markup, an address or code. The same data in the same width gives the same drawing.
  const data = JSON.parse(document.getElementById('data').textContent);
  const LEVELS = ['', 'note', 'low', 'medium', 'high', 'critical'];
  const SURE = ['', 'possible', 'likely', 'certain'];
  const SVG = 'http://www.w3.org/2000/svg';
  const $ = id => document.getElementById(id);

  function make(tag, className, text) {
    const e = document.createElement(tag);
    if (className) e.className = className;
    if (text !== undefined) e.textContent = text;
    return e;
  }

  function draw(parent, tag, attributes, text) {
    const e = document.createElementNS(SVG, tag);
    for (const name in attributes) e.setAttribute(name, attributes[name]);
    if (text !== undefined) e.textContent = text;
    if (parent) parent.appendChild(e);
    return e;
  }

  const plural = (n, noun) => n.toLocaleString('en') + ' ' + noun + (n === 1 ? '' : 's');
  const byText = (a, b) => a < b ? -1 : a > b ? 1 : 0;

  // --- The estate as a tree: side, cloud, account, region, root, module, resource ---

  function branch(parent, name, kind) {
    let child = parent.named.get(name);
    if (!child) {
      child = { id: parent.id + '\n' + kind[0] + name, label: name, kind, parent, named: new Map(), children: [], ends: [], size: 0, touching: new Set(), blind: new Set(), worst: 0, rank: 0 };
      parent.named.set(name, child);
      parent.children.push(child);
    }
    return child;
  }

  const blockOf = address => address.replace(/\[[^\]]*\]/g, '');

  const world = { id: '', parent: null, named: new Map(), children: [] };
  const countries = data.sides.map(name => branch(world, name, 'side'));

  function nodeOfSpot(index) {
    const spot = data.spots[index];
    if (!spot || spot.side < 0) return null;
    return spot.path.reduce((node, name, i) => branch(node, name, i > 0 ? 'place' : spot.outside ? 'outside' : 'cloud'), countries[spot.side]);
  }

  let unplaced = 0;
  const leaves = data.resources.map(r => {
    let node = nodeOfSpot(r.spot);
    if (!node) {
      unplaced++;
      return null;
    }
    if (data.roots.length > 1) node = branch(node, data.roots[r.root], 'root');
    if (data.modules[r.module]) node = branch(node, 'module.' + data.modules[r.module], 'module');
    const leaf = branch(node, r.name, 'resource');
    for (let n = leaf; n !== world; n = n.parent) n.size++;
    return leaf;
  });

  const up = (node, visit) => {
    for (let n = node; n && n !== world; n = n.parent) visit(n);
  };

  const codeOf = index => {
    const line = data.lines[index];
    return line ? line.before + line.marked + line.after : '';
  };

  data.findings.forEach((f, i) => {
    f.index = i;
    f.root = data.roots[f.root] || '';
    f.sides = [f.from, f.to].map(e => data.spots[e.spot] ? data.spots[e.spot].side : -1);
    f.names = [f.from, f.to].map(e => data.spots[e.spot] ? data.spots[e.spot].name : '');
    f.words = [f.rule, f.address, f.attribute, f.message, f.note, f.root, f.at, f.suppressed, ...f.related, ...f.names, ...f.evidence.map(e => e.text), ...[f, ...f.evidence].map(e => codeOf(e.line))].join('\n').toLowerCase();
    f.nodes = [f.from, f.to].map(e => leaves[e.resource] || nodeOfSpot(e.spot));
    f.crosses = f.crosses && f.nodes[0] !== null && f.nodes[1] !== null;
    if (!f.crosses) return;
    for (const node of f.nodes) {
      node.ends.push(f);
      up(node, n => {
        n.touching.add(i);
        n.worst = Math.max(n.worst, f.suppressed ? 0 : f.severity);
      });
    }
  });

  const lost = []; // blind spots that no place on the map has
  data.blind.forEach((b, i) => {
    b.index = i;
    b.root = data.roots[b.root] || '';
    b.node = leaves[b.resource] || null;
    b.words = [b.address, b.root, b.path, b.reason, b.settle, b.at].join('\n').toLowerCase();
    if (b.node) up(b.node, n => n.blind.add(i));
    else lost.push(i);
  });

  // A place with one place in it is one place: `111111111111 / eu-central-1`.
  function fold(node) {
    node.children.forEach((child, i) => {
      while (child.kind !== 'cloud' && child.ends.length === 0 && child.children.length === 1 && child.children[0].kind !== 'resource') {
        const only = child.children[0];
        only.label = child.label + ' / ' + only.label;
        only.parent = node;
        node.children[i] = child = only;
      }
      fold(child);
    });
    node.children.sort((a, b) => b.worst - a.worst || b.touching.size - a.touching.size || byText(a.label, b.label));
  }
  countries.forEach(fold);

  // --- What is open ---

  const MOST = 60; // children that are drawn of one place
  const ROWS = 14; // of a side, before anything is opened by hand
  const BRIDGES = 24;
  const opened = new Set(countries.map(c => c.id));

  function shown(node) {
    const busy = node.children.filter(c => c.touching.size > 0);
    const quiet = node.children.filter(c => c.touching.size === 0);
    if (node.kind === 'quiet' || busy.length === 0) return { rows: node.children.slice(0, MOST), left: Math.max(0, node.children.length - MOST) };
    const rows = busy.slice(0, MOST);
    if (quiet.length > 0) {
      const size = quiet.reduce((n, c) => n + c.size, 0);
      const blind = new Set(quiet.flatMap(c => [...c.blind]));
      const label = plural(quiet.length, quiet.every(c => c.kind === 'resource') ? 'more resource' : 'more place');
      rows.push({ id: node.id + '\nquiet', label, kind: 'quiet', parent: node, children: quiet, ends: [], size, touching: new Set(), blind, worst: 0 });
    }
    return { rows, left: Math.max(0, busy.length - MOST) };
  }

  function openAtFirst() {
    const pairs = () => {
      const seen = new Set();
      for (const f of data.findings) if (f.crosses) seen.add(f.nodes.map(n => standing(n).id).sort(byText).join('\r'));
      return seen.size;
    };
    for (const country of countries) {
      let rows = shown(country).rows.length;
      const queue = country.children.filter(c => c.touching.size > 0);
      for (let node = queue.shift(); node; node = queue.shift()) {
        if (node.children.length === 0) continue;
        const more = shown(node).rows.length;
        if (rows + more > ROWS) continue;
        opened.add(node.id);
        if (pairs() > BRIDGES) {
          opened.delete(node.id);
          continue;
        }
        rows += more;
        queue.push(...node.children.filter(c => c.touching.size > 0));
      }
    }
  }

  // untangle orders places by where their bridges lead to, first on all sides but the middle one, then there, and back.
  // It is done once: nothing moves about when a place is opened.
  function untangle() {
    for (let round = 0; round < 4; round++) {
      const plan = layout(1000, 0);
      if (plan.columns.length < 2) return;
      settle(plan);
      const hub = plan.columns.length === 3 ? 1 : 0;
      const sums = new Map();
      for (const f of data.findings) {
        if (!f.crosses) continue;
        f.nodes.forEach((node, i) => {
          const y = middle(plan.boxOf(f.nodes[1 - i]));
          up(node, n => {
            const sum = sums.get(n) || [0, 0];
            sums.set(n, [sum[0] + y, sum[1] + 1]);
          });
        });
      }
      for (const country of countries) {
        if ((plan.columnOf(country) === hub) === (round % 2 === 0)) continue;
        const sort = node => {
          for (const c of node.children) {
            if (sums.has(c)) c.rank = sums.get(c)[0] / sums.get(c)[1];
            sort(c);
          }
          node.children.sort((a, b) => (b.touching.size > 0) - (a.touching.size > 0) || a.rank - b.rank || b.worst - a.worst || byText(a.label, b.label));
        };
        sort(country);
      }
    }
  }

  // standing is the innermost place around a node that can be seen.
  function standing(node) {
    const chain = [];
    up(node, n => chain.unshift(n));
    let at = chain[0];
    for (let i = 1; i < chain.length && opened.has(at.id); i++) at = chain[i];
    return at;
  }

  // --- Filters ---

  const state = { chosen: null, limit: 100 };

  function option(select, value, text) {
    const o = make('option', '', text);
    o.value = value;
    select.appendChild(o);
  }

  function fillFilters() {
    option($('rule'), '', 'all');
    for (const rule of [...new Set(data.findings.map(f => f.rule))].sort(byText)) option($('rule'), rule, rule);
    option($('side'), '', 'all');
    data.sides.forEach((name, i) => option($('side'), String(i), name));
    LEVELS.forEach((name, i) => i > 0 && option($('severity'), String(i), i === 1 ? 'all' : i === 5 ? name : name + ' and up'));
    SURE.forEach((name, i) => i > 0 && option($('confidence'), String(i), i === 1 ? 'all' : i === 3 ? name : name + ' and up'));
  }

  function words() {
    return $('text').value.trim().toLowerCase().split(/\s+/).filter(w => w);
  }

  const has = (text, wanted) => wanted.every(w => text.includes(w));

  function passing() {
    const wanted = words(), rule = $('rule').value, side = $('side').value;
    const severity = Number($('severity').value), sure = Number($('confidence').value), suppressed = $('suppressed').checked;
    return data.findings.filter(f =>
      (!rule || f.rule === rule) && (!side || f.sides.includes(Number(side))) && f.severity >= severity &&
      (f.confidence === 0 || f.confidence >= sure) && (suppressed || !f.suppressed) && has(f.words, wanted));
  }

  function passingBlind() {
    const wanted = words(), side = $('side').value;
    if ($('rule').value) return [];
    return data.blind.filter(b => {
      const spot = b.node && data.spots[data.resources[b.resource].spot];
      return (!side || spot && spot.side === Number(side)) && has(b.words, wanted);
    });
  }

  // --- Layout ---

  const pen = document.createElement('canvas').getContext('2d');
  const sans = getComputedStyle(document.documentElement).fontFamily;
  const mono = 'ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace';

  function textWidth(text, font) {
    pen.font = font;
    return pen.measureText(text).width;
  }

  // fit takes away what does not fit: the end of a sentence, the middle of an address, whose ends both say something.
  function fit(text, room, font, inside) {
    if (textWidth(text, font) <= room) return text;
    const letters = [...text];
    let low = 0, high = letters.length;
    const tail = n => inside ? letters.slice(letters.length - Math.floor(n / 2)).join('') : '';
    const cut = n => letters.slice(0, inside ? Math.ceil(n / 2) : n).join('').trimEnd() + '\u2026' + tail(n);
    while (low < high) {
      const n = (low + high + 1) >> 1;
      if (textWidth(cut(n), font) <= room) low = n;
      else high = n - 1;
    }
    return cut(low);
  }

  // titled is the name of a place on one line or two. Whoever operates a cloud goes below its name.
  function titled(node, w) {
    if (node.kind !== 'cloud') return [node.label];
    const operated = /^(.+?) \((operated by .+)\)$/.exec(node.label);
    if (operated) return operated.slice(1);
    const all = node.label.split(' ');
    let fits = all.length;
    while (fits > 1 && textWidth(all.slice(0, fits).join(' '), '600 13px ' + sans) > w - 36) fits--;
    return fits < all.length ? [all.slice(0, fits).join(' '), all.slice(fits).join(' ')] : [node.label];
  }

  const NARROW = 620; // of a telephone: signs say less
  const HEAD = 30, TWO = 46, GAP = 6, PAD = 7, TITLE = 70;
  const rowHeight = (node, w) => node.kind === 'resource' ? 27 : titled(node, w).length > 1 ? TWO : 32;
  const headHeight = (node, w) => titled(node, w).length > 1 ? TWO : HEAD;

  // place puts a node and what it shows at y, and returns its height.
  function place(boxes, node, x, y, w) {
    const box = { node, x, y, w, h: rowHeight(node, w), open: opened.has(node.id) && node.children.length > 0, more: 0 };
    boxes.set(node.id, box);
    if (box.open) {
      const list = shown(node);
      let at = y + headHeight(node, w);
      for (const child of list.rows) at += place(boxes, child, x + PAD, at, w - 2 * PAD) + GAP;
      if (list.left > 0) {
        box.more = list.left;
        box.moreAt = at + 10;
        at += 20;
      }
      box.h = at - y + PAD - GAP;
    }
    return box.h;
  }

  // layout gives every side a column: the global one, or else the one with most crossings, is in the middle.
  function layout(width, height) {
    const all = countries.filter(c => c.children.length > 0);
    const hub = all.find(c => c.label === 'global') || [...all].sort((a, b) => b.touching.size - a.touching.size)[0];
    const rest = all.filter(c => c !== hub).sort((a, b) => b.touching.size - a.touching.size || byText(a.label, b.label));
    const boxes = new Map();
    if (!hub) return { columns: [] };
    const three = rest.length > 1 && width >= 860;
    const count = rest.length === 0 ? 1 : three ? 3 : 2;
    const narrow = width < NARROW;
    const gutter = narrow ? 84 : count === 2 ? Math.min(340, Math.max(150, width * .28)) : Math.min(260, Math.max(140, width * .19));
    const margin = narrow ? 8 : 16;
    const w = Math.floor((width - (count - 1) * gutter - 2 * margin) / count);
    const columns = Array.from({ length: count }, (_, i) => ({ x: margin + i * (w + gutter), w, lands: [], height: 0 }));
    const measure = c => {
      let h = TITLE;
      for (const child of shown(c).rows) h += place(new Map(), child, 0, 0, w) + GAP;
      return h + 16;
    };
    const put = (column, country) => {
      const land = { country, height: measure(country) };
      column.lands.push(land);
      column.height += land.height;
    };
    put(columns[three ? 1 : 0], hub);
    for (const c of rest) put(!three ? columns[1] : columns[2].height <= columns[0].height ? columns[2] : columns[0], c);
    const total = Math.max(height, ...columns.map(c => c.height));
    return { columns, boxes, width, narrow, height: total, borders: columns.slice(1).map((c, i) => (columns[i].x + w + c.x) / 2) };
  }

  // settle gives every land its share of the height, and every place its box.
  function settle(plan) {
    plan.columns.forEach((column, index) => {
      const spare = (plan.height - column.height) / column.lands.length;
      let y = 0;
      for (const land of column.lands) {
        land.column = index;
        land.y = y;
        land.h = land.height + spare;
        const list = shown(land.country);
        const gap = Math.min(90, spare * .7 / (list.rows.length + 1));
        let at = y + TITLE + Math.max(0, spare - gap * (list.rows.length - 1)) / 2.4;
        plan.boxes.set(land.country.id, { node: land.country, x: column.x, y: y + 14, w: column.w, h: 40, land: true, column: index });
        for (const child of list.rows) at += place(plan.boxes, child, column.x, at, column.w) + GAP + gap;
        y += land.h;
      }
    });
    const find = new Map();
    plan.columns.forEach((column, i) => column.lands.forEach(land => find.set(land.country.id, i)));
    plan.columnOf = node => {
      let c = 0;
      up(node, n => {
        if (find.has(n.id)) c = find.get(n.id);
      });
      return c;
    };
    plan.boxOf = node => {
      let n = node;
      while (!plan.boxes.has(n.id)) n = n.parent;
      return plan.boxes.get(n.id);
    };
  }

  // --- Bridges ---

  function bundle(plan, findings) {
    const bridges = new Map();
    for (const f of findings) {
      if (!f.crosses) continue;
      let ends = f.nodes.map(n => plan.boxOf(n));
      if (plan.columnOf(ends[0].node) > plan.columnOf(ends[1].node) || plan.columnOf(ends[0].node) === plan.columnOf(ends[1].node) && ends[0].y > ends[1].y) ends = [ends[1], ends[0]];
      const key = ends.map(b => b.node.id).join('\r');
      let b = bridges.get(key);
      if (!b) {
        b = { key, ends, findings: [], levels: [0, 0, 0, 0, 0, 0], allowed: 0, columns: ends.map(e => plan.columnOf(e.node)) };
        bridges.set(key, b);
      }
      b.findings.push(f);
      if (f.suppressed) b.allowed++;
      else b.levels[f.severity]++;
    }
    const list = [...bridges.values()];
    for (const b of list) {
      const open = b.findings.length - b.allowed;
      b.strands = []; // one a severity, as wide as its part of the whole; what is suppressed is a thread below
      const whole = Math.min(20, 2.5 + 2 * Math.sqrt(open));
      for (let level = 5; level > 0; level--) if (b.levels[level]) b.strands.push({ level, width: Math.max(1.6, whole * b.levels[level] / open) });
      if (b.allowed) b.strands.push({ level: 0, width: 1.2 });
      b.width = b.strands.reduce((n, st) => n + st.width, 0);
      b.worst = b.levels.findLastIndex(n => n > 0);
      b.says = [...b.levels.map((n, i) => n ? n + ' ' + LEVELS[i] : '').reverse(), b.allowed ? b.allowed + ' suppressed' : ''].filter(t => t).join(', ');
    }
    return list;
  }

  const head = box => box.open ? headHeight(box.node, box.w) : box.h;
  const middle = box => box.y + head(box) / 2;

  // ports spreads the bridges that reach one edge of a place over it, in the order in which they come.
  function ports(plan, bridges) {
    const edges = new Map();
    for (const b of bridges) {
      const [l, r] = b.columns;
      const facing = c => plan.columns.length === 3 && c === 0 ? 'right' : 'left';
      b.edge = l === r ? [facing(l), facing(l)] : ['right', 'left'];
      b.ends.forEach((box, i) => {
        const key = box.node.id + '\r' + b.edge[i];
        if (!edges.has(key)) edges.set(key, []);
        edges.get(key).push({ b, i, box, other: middle(b.ends[1 - i]) });
      });
    }
    for (const list of edges.values()) {
      list.sort((a, z) => a.other - z.other || byText(a.b.key, z.b.key));
      const box = list[0].box, room = head(box) - 8;
      const whole = list.reduce((n, { b }) => n + b.width + 2, 0);
      const step = Math.min(room, Math.max(whole, 1)) / list.length;
      list.forEach(({ b, i }, n) => {
        b.port = b.port || [];
        b.port[i] = { x: b.edge[i] === 'right' ? box.x + box.w : box.x, y: middle(box) + (n - (list.length - 1) / 2) * step };
      });
    }
  }

  const BADGE = 27;

  // gates spreads the signs of the bridges over a border line so that none hides another.
  function gates(plan, bridges) {
    const lines = plan.borders.map(() => []);
    for (const b of bridges) {
      const [l, r] = b.columns;
      const line = l === r ? (plan.columns.length === 3 && l === 2 ? 1 : 0) : l === 0 && r === 2 ? 0 : l;
      b.line = line;
      b.ideal = (b.port[0].y + b.port[1].y) / 2;
      b.far = r - l === 2;
      lines[line].push(b);
    }
    lines.forEach(list => {
      list.sort((a, z) => a.ideal - z.ideal || byText(a.key, z.key));
      let y = TITLE;
      for (const b of list) y = b.gate = Math.max(b.ideal, y + BADGE);
      let limit = plan.height - 30;
      for (const b of [...list].reverse()) {
        b.gate = Math.min(b.gate, limit);
        limit = b.gate - BADGE;
      }
    });
  }

  // path is the course of a bridge, or of a strand of it that runs so much below.
  function path(plan, b, below) {
    const [p, q] = b.port.map(at => ({ x: at.x, y: at.y + below }));
    const x = b.at = plan.wave(b.line, b.gate), gate = b.gate + below, lane = plan.lane + below;
    const curve = (x1, y1, x2, y2) => {
      const d = (x2 - x1) * .55;
      return ' C' + [x1 + d, y1, x2 - d, y2, x2, y2].map(n => n.toFixed(1)).join(' ');
    };
    const start = 'M' + p.x.toFixed(1) + ' ' + p.y.toFixed(1);
    if (b.columns[0] === b.columns[1]) { // two sides of one column: out to the border and back
      const d = (x - p.x) * .8;
      b.at = p.x + d * .75;
      b.sign = (b.port[0].y + b.port[1].y) / 2;
      return start + ' C' + [p.x + d, p.y, q.x + d, q.y, q.x, q.y].map(n => n.toFixed(1)).join(' ');
    }
    b.sign = b.gate;
    if (b.far) { // around the side between: below all that is on it
      const far = plan.borders[1];
      return start + curve(p.x, p.y, x, gate) + curve(x, gate, x + 30, lane) + ' L' + far.toFixed(1) + ' ' + lane.toFixed(1) + curve(far, lane, q.x, q.y);
    }
    return start + curve(p.x, p.y, x, gate) + curve(x, gate, q.x, q.y);
  }

  // --- Drawing ---

  // waver makes a line waver as borders do, the same for the same name.
  function waver(name) {
    let h = 2166136261;
    for (const c of name) h = Math.imul(h ^ c.codePointAt(0), 16777619) >>> 0;
    const [a, b, c] = [h % 628, (h >>> 8) % 628, (h >>> 16) % 628].map(n => n / 100);
    return t => 7 * (.55 * Math.sin(t / 83 + a) + .35 * Math.sin(t / 29 + b) + .16 * Math.sin(t / 11 + c));
  }

  const GLYPHS = {
    5: 'M0 -6 L6 0 L0 6 L-6 0 Z',
    4: 'M0 -5.5 L6 5 L-6 5 Z',
    3: 'M-4.5 -4.5 H4.5 V4.5 H-4.5 Z',
    2: 'M-5 0 A5 5 0 1 0 5 0 A5 5 0 1 0 -5 0 Z',
    1: 'M-5 0 A5 5 0 1 0 5 0 A5 5 0 1 0 -5 0 Z M-2.5 0 A2.5 2.5 0 1 1 2.5 0 A2.5 2.5 0 1 1 -2.5 0 Z',
  };

  const keyed = new Map(); // what can have the focus, by key

  function button(g, key, label, act) {
    g.setAttribute('tabindex', '0');
    g.setAttribute('role', 'button');
    g.setAttribute('aria-label', label);
    keyed.set(key, g);
    g.addEventListener('click', e => {
      e.stopPropagation();
      act();
    });
    g.addEventListener('keydown', e => {
      if (e.key !== 'Enter' && e.key !== ' ') return;
      e.preventDefault();
      e.stopPropagation();
      act();
    });
  }

  function drawMap() {
    const sheet = $('sheet');
    const focused = [...keyed].find(([, e]) => e === document.activeElement);
    keyed.clear();
    sheet.textContent = '';
    const width = Math.max(340, Math.floor(sheet.clientWidth || 900));
    const foot = unplaced + lost.length > 0 ? 44 : 0;
    const room = $('map').clientHeight - $('legend').offsetHeight - 40;
    const plan = layout(width, Math.max(380, Math.min(900, room)) - foot);
    const findings = passing();
    if (plan.columns.length === 0) {
      sheet.appendChild(make('p', '', 'Nothing has a place on this map.'));
      return;
    }
    settle(plan);
    let bridges = bundle(plan, findings);
    const perLine = plan.borders.map((_, i) => bridges.filter(b => Math.min(b.columns[0], plan.borders.length - 1) === i).length);
    const far = bridges.some(b => b.columns[1] - b.columns[0] === 2);
    const need = Math.max(0, ...perLine) * BADGE + TITLE + 60;
    const tallest = Math.max(...plan.columns.map(c => c.height)) + (far ? 40 : 0);
    if (need > plan.height || tallest > plan.height) {
      plan.height = Math.max(need, tallest);
      plan.boxes.clear();
      settle(plan);
      bridges = bundle(plan, findings);
    }
    plan.lane = plan.height - 22;
    const waves = plan.borders.map((x, i) => waver(plan.columns[i].lands[0].country.label + '|' + plan.columns[i + 1].lands[0].country.label));
    plan.wave = (i, y) => plan.borders[i] + waves[i](y);
    ports(plan, bridges);
    gates(plan, bridges);
    bridges.sort((a, z) => a.line - z.line || a.gate - z.gate || byText(a.key, z.key));

    const svg = draw(null, 'svg', { width, height: plan.height + foot, viewBox: '0 0 ' + width + ' ' + (plan.height + foot), role: 'group', 'aria-label': 'Map of the sides and the links between them' });
    if (state.chosen) svg.setAttribute('class', 'chosen');
    drawLands(svg, plan);
    const dark = blindAt(plan);
    for (const box of plan.boxes.values()) if (!box.land) drawBox(svg, plan, box, dark.get(box));
    const decks = draw(svg, 'g', {}), signs = draw(svg, 'g', {}); // no bridge hides the sign of another
    for (const b of bridges) drawBridge(decks, signs, plan, b);
    for (const [box, list] of dark) drawBlind(svg, plan, box, list);
    if (foot) drawUncharted(svg, plan, width);
    draw(svg, 'rect', { class: 'frame', x: .5, y: .5, width: width - 1, height: plan.height + foot - 1, rx: 8 });
    sheet.appendChild(svg);
    if (focused && keyed.has(focused[0])) keyed.get(focused[0]).focus();
  }

  function drawLands(svg, plan) {
    const tint = country => 't' + countries.indexOf(country) % 8;
    const clip = draw(draw(svg, 'defs', {}), 'clipPath', { id: 'sheet-clip' });
    draw(clip, 'rect', { x: 0, y: 0, width: plan.width, height: plan.height, rx: 8 });
    const lands = draw(svg, 'g', { 'clip-path': 'url(#sheet-clip)' });
    const lines = draw(null, 'g', {});
    const hub = plan.columns.length === 3 ? 1 : 0;
    const frontier = d => {
      draw(lines, 'path', { class: 'frontier-glow', d });
      draw(lines, 'path', { class: 'frontier', d });
    };
    const order = plan.columns.map((_, i) => i).sort((a, b) => (a === hub) - (b === hub));
    for (const i of order) {
      const column = plan.columns[i];
      const left = i === 0 ? 0 : plan.borders[i - 1], right = i === plan.columns.length - 1 ? plan.width : plan.borders[i];
      column.lands.forEach((land, n) => {
        const top = n === 0 ? () => 0 : (w => x => land.y + w(x))(waver(column.lands[n - 1].country.label + '|' + land.country.label));
        const d = [];
        if (i === hub) { // its wavering edges lie over those of its neighbours
          const edge = (line, y) => line < 0 ? 0 : line >= plan.borders.length ? plan.width : plan.wave(line, y);
          for (let y = 0; y < plan.height + 6; y += 6) d.push(edge(i - 1, y).toFixed(1) + ' ' + y);
          for (let y = Math.ceil(plan.height / 6) * 6; y >= 0; y -= 6) d.push(edge(i, y).toFixed(1) + ' ' + y);
        } else {
          const x1 = i < hub || i === 0 ? left : left - 14, x2 = i > hub ? right : right + 14;
          for (let x = x1; x <= x2; x += 6) d.push(x + ' ' + top(x).toFixed(1));
          d.push(x2 + ' ' + top(x2).toFixed(1), x2 + ' ' + plan.height, x1 + ' ' + plan.height);
          if (n > 0) {
            const line = [];
            const from = i > hub ? plan.wave(i - 1, land.y) : 0, to = i > hub ? plan.width : plan.wave(i, land.y);
            for (let x = from; x <= to; x += 6) line.push(x.toFixed(1) + ' ' + top(x).toFixed(1));
            frontier('M' + line.join(' L'));
          }
        }
        draw(lands, 'path', { class: 'land ' + tint(land.country), d: 'M' + d.join(' L') + ' Z' });
      });
    }
    lands.appendChild(lines);
    plan.borders.forEach((_, i) => {
      const d = [];
      for (let y = 0; y <= plan.height; y += 6) d.push(plan.wave(i, y).toFixed(1) + ' ' + y);
      frontier('M' + d.join(' L'));
    });
    for (const column of plan.columns) {
      for (const land of column.lands) {
        draw(svg, 'text', { class: 'country', x: column.x + 2, y: land.y + 36 }, fit(land.country.label, column.w + 10, '650 21px ' + sans));
        if (land.country.size > 0) draw(svg, 'text', { class: 'count', x: column.x + 2, y: land.y + 54 }, plural(land.country.size, 'resource'));
      }
    }
  }

  function drawBox(svg, plan, box, blind) {
    const { node } = box;
    const foldable = node.children.length > 0;
    const hit = words().length > 0 && node.kind === 'resource' && has(node.label.toLowerCase(), words());
    const g = draw(svg, 'g', { class: ['area', node.kind, box.open ? 'open' : 'closed', hit ? 'hit' : ''].join(' ').trim() });
    draw(g, 'title', {}, node.label);
    draw(g, 'rect', { class: 'ring', x: box.x, y: box.y, width: box.w, height: box.h, rx: 5 });
    const mid = middle(box);
    let x = box.x + 10;
    if (foldable) {
      draw(g, 'path', { class: 'chevron', fill: 'currentColor', 'fill-opacity': .55, d: box.open ? 'M' + (x - 1) + ' ' + (mid - 3) + ' h9 l-4.5 6 z' : 'M' + x + ' ' + (mid - 4.5) + ' v9 l6 -4.5 z' });
      x += 14;
    }
    const tally = node.kind === 'resource' || node.size === 0 || node.kind === 'quiet' && node.children.every(c => c.kind === 'resource') ? node.kind === 'outside' ? 'known by name' : '' : plural(node.size, 'resource');
    const [name, below] = titled(node, box.w);
    const operator = /^operated by /.test(below);
    const font = node.kind === 'resource' ? '12px ' + mono : (node.kind === 'cloud' ? '600 ' : '') + '13px ' + sans;
    const end = box.x + box.w - 10 - (blind ? blindWidth(plan, blind) : 0);
    const room = end - x;
    const tallyWidth = tally ? textWidth(tally, '12px ' + sans) + 12 : 0;
    const showTally = tally && room - tallyWidth > textWidth(name, font);
    draw(g, 'text', { class: 'name' + (node.kind === 'quiet' ? ' soft small' : ''), x, y: mid + (below ? -3 : 4.5) }, fit(name, room, font, node.kind === 'resource' || node.kind === 'module' || node.kind === 'root'));
    if (below) draw(g, 'text', { class: operator ? 'operator' : 'name', x, y: mid + 13 }, fit(below, room, (operator ? '11px ' : '600 13px ') + sans));
    if (showTally) draw(g, 'text', { class: 'count', x: end, y: mid + (below ? -3 : 4.5), 'text-anchor': 'end' }, tally);
    if (box.more > 0) draw(g, 'text', { class: 'count', x: box.x + 12, y: box.moreAt + 4 }, 'and ' + box.more.toLocaleString('en') + ' more; narrow them by text');
    const says = node.label + (node.size ? ', ' + plural(node.size, 'resource') : '') + (node.touching.size ? ', ' + plural(node.touching.size, 'link') + ' over a border' : '');
    if (foldable) {
      button(g, 'n' + node.id, says, () => {
        if (opened.has(node.id)) opened.delete(node.id);
        else opened.add(node.id);
        choose(null);
      });
      g.setAttribute('aria-expanded', String(box.open));
    } else if (node.touching.size > 0) {
      button(g, 'n' + node.id, says, () => choose({ key: 'n' + node.id, name: node.label, findings: [...node.touching].map(i => data.findings[i]), blind: [...node.blind] }));
    }
  }

  // badge is a sign: what it counts by shape and number, or in words where that is one thing.
  function badge(g, x, y, parts) {
    const font = '600 12px ' + sans;
    const widths = parts.map(p => (p.level ? 15 : 0) + textWidth(p.text, font));
    const w = widths.reduce((n, one) => n + one, 0) + 7 * (parts.length - 1) + 18;
    draw(g, 'rect', { class: 'face', x: (x - w / 2).toFixed(1), y: (y - 11).toFixed(1), width: w.toFixed(1), height: 22, rx: 11 });
    let at = x - w / 2 + 9;
    parts.forEach((p, i) => {
      if (p.level) draw(g, 'path', { class: 'glyph s' + p.level, d: GLYPHS[p.level], transform: 'translate(' + (at + 6).toFixed(1) + ' ' + y.toFixed(1) + ')', 'fill-rule': 'evenodd' });
      draw(g, 'text', { class: p.level ? '' : 'soft', x: (at + (p.level ? 15 : 0)).toFixed(1), y: (y + 4).toFixed(1) }, p.text);
      at += widths[i] + 7;
    });
    return w;
  }

  function drawBridge(decks, signs, plan, b) {
    const on = state.chosen && (state.chosen.key === b.key || b.findings.some(f => state.chosen.findings.includes(f)));
    const look = 'bridge s' + Math.max(b.worst, 0) + (b.worst > 0 ? '' : ' suppressed') + (on ? ' on' : '');
    const names = b.ends.map(e => trail(e.node));
    const act = () => choose({ key: b.key, name: names.join(' \u2014 '), findings: b.findings, blind: [] });
    const deck = draw(decks, 'g', { class: look });
    draw(deck, 'title', {}, names.join(' \u2014 ') + ': ' + b.says);
    const course = path(plan, b, 0);
    draw(deck, 'path', { class: 'casing', d: course, 'stroke-width': (b.width + 3).toFixed(1) });
    let below = -b.width / 2;
    for (const strand of b.strands) {
      draw(deck, 'path', { class: 'deck s' + strand.level, d: path(plan, b, below + strand.width / 2), 'stroke-width': strand.width.toFixed(1) });
      below += strand.width;
    }
    draw(deck, 'path', { class: 'touch', d: course });
    deck.addEventListener('click', act);

    let parts = [];
    const kinds = b.levels.filter(n => n > 0).length;
    for (let level = 5; level > 0; level--) if (b.levels[level]) parts.push({ level, text: String(b.levels[level]) + (kinds === 1 ? ' ' + LEVELS[level] : '') });
    if (b.allowed) parts.push({ level: 0, text: kinds ? '+' + b.allowed : b.allowed + ' suppressed' });
    if (plan.narrow) parts = [{ level: Math.max(b.worst, 0), text: String(b.findings.length - (kinds ? b.allowed : 0)) }]; // a sign as wide as the border has room for
    const sign = draw(signs, 'g', { class: look });
    draw(sign, 'title', {}, b.says);
    badge(sign, b.at, b.sign, parts);
    button(sign, b.key, 'Bridge: ' + b.says + ', between ' + names.join(' and '), act);
  }

  const trail = node => {
    const parts = [];
    up(node, n => parts.unshift(n.label));
    return parts.join(' / ');
  };

  // blindAt counts the blind spots by the place that shows them, before places are drawn, which leave room for them.
  function blindAt(plan) {
    const at = new Map();
    for (const b of passingBlind()) {
      if (!b.node) continue;
      const box = plan.boxOf(b.node);
      if (!at.has(box)) at.set(box, []);
      at.get(box).push(b);
    }
    return at;
  }

  const blindSign = (plan, list) => plan.narrow ? '?' : '? ' + list.length;
  const blindWidth = (plan, list) => textWidth(blindSign(plan, list), '600 12px ' + sans) + 18;

  // drawBlind draws a bridge that ends before the border: nobody knows whether it would cross.
  function drawBlind(svg, plan, box, list) {
    const column = plan.columnOf(box.node);
    const left = plan.columns.length > 1 && column === plan.columns.length - 1;
    const edge = left ? box.x : box.x + box.w;
    const y = middle(box), w = blindWidth(plan, list), key = 'b' + box.node.id;
    const g = draw(svg, 'g', { class: 'bridge blind' + (state.chosen && state.chosen.key === key ? ' on' : '') });
    draw(g, 'title', {}, trail(box.node) + ': ' + plural(list.length, 'blind spot'));
    if (plan.columns.length > 1) draw(g, 'path', { class: 'deck', d: 'M' + edge + ' ' + (y + 11) + ' h' + (left ? -34 : 34) });
    badge(g, box.x + box.w - w / 2 - 5, y, [{ level: 0, text: blindSign(plan, list) }]);
    button(g, key, plural(list.length, 'blind spot') + ' in ' + trail(box.node),
      () => choose({ key, name: trail(box.node), findings: [], blind: list.map(b => b.index) }));
  }

  function drawUncharted(svg, plan, width) {
    const said = [];
    if (unplaced) said.push(plural(unplaced, 'resource') + ' without a known place');
    if (lost.length) said.push(plural(lost.length, 'blind spot') + ' there or of whole inputs');
    const g = draw(svg, 'g', { class: 'area quiet' });
    draw(g, 'rect', { class: 'ring', x: 8, y: plan.height + 8, width: width - 16, height: 28, rx: 5 });
    draw(g, 'text', { class: 'small soft', x: 20, y: plan.height + 26 }, fit('Not on the map: ' + said.join(', '), width - 50, '12px ' + sans));
    if (lost.length) button(g, 'lost', 'Not on the map: ' + said.join(', '), () => choose({ key: 'lost', name: 'Not on the map', findings: [], blind: lost }));
  }

  // --- The list ---

  function mark(level) {
    const svg = draw(null, 'svg', { width: 14, height: 14, viewBox: '-7 -7 14 14', 'aria-hidden': 'true', class: 'glyph' });
    draw(svg, 'path', { d: GLYPHS[level], fill: 'currentColor', 'fill-rule': 'evenodd' });
    return svg;
  }

  function fact(dl, name, text, className) {
    if (!text) return;
    dl.appendChild(make('dt', '', name));
    dl.appendChild(make('dd', className || '', text));
  }

  // source shows a line with what it is about.
  function source(parent, index) {
    const line = data.lines[index];
    if (!line) return;
    const pre = make('pre', 'source');
    pre.appendChild(make('span', 'number', String(line.number)));
    pre.appendChild(document.createTextNode(line.before));
    pre.appendChild(make('mark', '', line.marked));
    pre.appendChild(document.createTextNode(line.after));
    parent.appendChild(pre);
  }

  const NAMED = 40; // of findings that say the same

  // fillBody shows the first of findings that say the same, and names the others.
  function fillBody(details, group) {
    if (details.filled) return;
    details.filled = true;
    const f = group[0];
    const body = make('div', 'body');
    const dl = make('dl');
    if (f.names[0] || f.names[1]) {
      const sided = i => f.names[i] + (f.sides[i] >= 0 ? ' \u00b7 ' + data.sides[f.sides[i]] : '');
      fact(dl, 'from', sided(0));
      fact(dl, 'to', sided(1));
    }
    if (f.evidence.length > 0) {
      dl.appendChild(make('dt', '', 'how we know'));
      const dd = make('dd'), ol = make('ol');
      for (const step of f.evidence) {
        const li = make('li', '', step.text + ' ');
        if (step.at) li.appendChild(make('span', 'where', step.at));
        source(li, step.line);
        ol.appendChild(li);
      }
      dd.appendChild(ol);
      dl.appendChild(dd);
    }
    fact(dl, 'with', f.related.join(', '), 'where');
    fact(dl, 'note', f.note);
    fact(dl, 'fix', data.rules[f.rule], 'fix');
    fact(dl, 'suppressed by', f.suppressed);
    fact(dl, 'written at', f.at, 'where');
    if (f.at && !f.evidence.some(e => e.line === f.line)) source(dl.lastChild, f.line);
    fact(dl, 'argument', f.attribute, 'where');
    if (data.roots.length > 1) fact(dl, 'input', f.root, 'where');
    fact(dl, 'confidence', SURE[f.confidence]);
    if (group.length > 1) {
      dl.appendChild(make('dt', '', 'the same holds for'));
      const dd = make('dd'), ul = make('ul', 'others');
      for (const other of group.slice(1, NAMED + 1)) {
        const li = make('li');
        li.appendChild(make('code', '', other.address));
        if (other.at && other.at !== f.at) li.appendChild(make('span', 'where', ' ' + other.at));
        ul.appendChild(li);
      }
      if (group.length > NAMED + 1) ul.appendChild(make('li', '', 'and ' + plural(group.length - NAMED - 1, 'other') + ', which --format json lists'));
      dd.appendChild(ul);
      dl.appendChild(dd);
    }
    body.appendChild(dl);
    details.appendChild(body);
  }

  // alike puts findings together that say the same, in the place of the first.
  function alike(findings) {
    const groups = new Map();
    for (const f of findings) {
      const key = [f.rule, f.severity, f.confidence, f.suppressed, f.root, f.message].join('\n');
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(f);
    }
    return [...groups.values()];
  }

  function item(group) {
    const f = group[0];
    const details = make('details', 'item s' + f.severity + (f.suppressed ? ' suppressed' : ''));
    const summary = make('summary');
    const level = make('span', 'level');
    level.appendChild(mark(f.severity));
    level.appendChild(document.createTextNode(' ' + LEVELS[f.severity] + (f.suppressed ? ', suppressed' : '')));
    summary.appendChild(level);
    summary.appendChild(make('span', 'rule', '  ' + f.rule));
    summary.appendChild(make('span', 'message', f.message));
    summary.appendChild(make('code', '', f.address));
    if (group.length > 1) {
      const instances = group.every(other => blockOf(other.address) === blockOf(f.address));
      summary.appendChild(make('span', 'many', ' and ' + plural(group.length - 1, instances ? 'other instance' : 'other')));
    }
    details.appendChild(summary);
    details.group = group;
    details.addEventListener('toggle', () => details.open && fillBody(details, group));
    return details;
  }

  function blindItem(b) {
    const details = make('details', 'item s0');
    const summary = make('summary');
    summary.appendChild(make('span', 'level', '? blind spot'));
    summary.appendChild(make('span', 'message', b.reason));
    summary.appendChild(make('code', '', (b.address || b.root) + (b.path ? ' (' + b.path + ')' : '')));
    details.appendChild(summary);
    const body = make('div', 'body'), dl = make('dl');
    fact(dl, 'settle', b.settle, 'fix');
    fact(dl, 'written at', b.at, 'where');
    if (data.roots.length > 1) fact(dl, 'input', b.root, 'where');
    if (dl.children.length === 0) fact(dl, 'settle', 'nothing that demarc knows of settles it');
    body.appendChild(dl);
    details.appendChild(body);
    return details;
  }

  function drawList() {
    const chosen = state.chosen;
    let findings = passing(), blind = passingBlind();
    const total = data.findings.length;
    if (chosen) {
      findings = findings.filter(f => chosen.findings.includes(f));
      const those = new Set(chosen.blind);
      blind = blind.filter(b => those.has(b.index));
    }
    findings.sort((a, b) => Boolean(a.suppressed) - Boolean(b.suppressed) || b.severity - a.severity || a.index - b.index);
    $('chosen').hidden = !chosen;
    $('chosen-name').textContent = chosen ? chosen.name : '';
    $('status').textContent = total === 0 ? 'No findings.' : findings.length === total ? plural(total, 'finding') : findings.length.toLocaleString('en') + ' of ' + plural(total, 'finding');
    const list = $('findings');
    list.textContent = '';
    const groups = alike(findings);
    for (const group of groups.slice(0, state.limit)) list.appendChild(item(group));
    const left = groups.length - state.limit;
    $('more').hidden = left <= 0;
    $('more').textContent = 'Show ' + Math.min(left, 100) + ' more of ' + left.toLocaleString('en');
    const dark = $('blind');
    dark.textContent = '';
    if (blind.length > 0) {
      dark.appendChild(make('h2', '', plural(blind.length, 'blind spot') + ': what could not be decided, either way'));
      for (const b of blind.slice(0, state.limit)) dark.appendChild(blindItem(b));
      if (blind.length > state.limit) dark.appendChild(make('p', '', 'and ' + plural(blind.length - state.limit, 'other')));
    }
  }

  // choose shows one bridge or place, or all for null.
  function choose(what) {
    const before = state.chosen;
    state.chosen = what;
    state.limit = 100;
    drawMap();
    drawList();
    if (what) {
      const first = $('list').querySelector('details.item');
      if (first) {
        first.open = true;
        first.firstChild.focus();
      }
      $('list').scrollTop = 0;
    } else if (before && keyed.has(before.key)) {
      keyed.get(before.key).focus();
    }
  }

  function redraw() {
    state.limit = 100;
    drawMap();
    drawList();
  }

  function legend() {
    const list = $('legend');
    const entry = (text, paint) => {
      const li = make('li');
      const svg = draw(null, 'svg', { width: 30, height: 14, viewBox: '0 0 30 14', 'aria-hidden': 'true' });
      paint(svg);
      li.appendChild(svg);
      li.appendChild(document.createTextNode(text));
      list.appendChild(li);
    };
    for (let level = 5; level > 0; level--) {
      if (!data.findings.some(f => f.severity === level)) continue;
      entry(LEVELS[level], svg => {
        const g = draw(svg, 'g', { class: 'bridge s' + level });
        draw(g, 'path', { class: 'deck', d: 'M0 7 H30', 'stroke-width': 4 });
        draw(g, 'path', { class: 'glyph', d: GLYPHS[level], transform: 'translate(15 7)', 'fill-rule': 'evenodd', stroke: 'var(--panel)', 'stroke-width': 2, 'paint-order': 'stroke' });
      });
    }
    if (data.findings.some(f => f.suppressed)) entry('suppressed', svg => draw(draw(svg, 'g', { class: 'bridge suppressed s0' }), 'path', { class: 'deck', d: 'M0 7 H30' }));
    if (data.blind.length > 0) entry('blind spot', svg => draw(draw(svg, 'g', { class: 'bridge blind' }), 'path', { class: 'deck', d: 'M0 7 H30' }));
    entry('border', svg => draw(svg, 'path', { class: 'frontier', d: 'M0 7 H30' }));
    list.appendChild(make('li', 'hint', 'A bridge is as wide as its links are many. Click or Enter opens a bridge or a place.'));
  }

  $('headline').textContent = data.headline;
  document.title = data.headline + ' \u2014 demarc';
  $('looked').textContent = (data.findings.length > 0 ? data.tally + '. ' : '') + data.looked + '.';
  $('made').textContent = 'demarc' + (data.version ? ' ' + data.version : '') + '. A bridge is a finding. What could not be decided is a blind spot, not a clean bill.';
  if (data.incomplete.length > 0) {
    $('incomplete').hidden = false;
    for (const why of data.incomplete) $('incomplete').appendChild(make('li', '', 'Not complete: ' + why));
  }
  fillFilters();
  legend();
  openAtFirst();
  untangle();
  redraw();

  let waiting = 0;
  const later = (act, wait) => {
    clearTimeout(waiting);
    waiting = setTimeout(act, wait);
  };
  $('filters').addEventListener('input', () => later(redraw, 120));
  $('filters').addEventListener('reset', () => later(redraw, 0));
  $('filters').addEventListener('submit', e => e.preventDefault());
  $('back').addEventListener('click', () => choose(null));
  $('more').addEventListener('click', () => {
    const next = state.limit;
    state.limit += 100;
    drawList();
    const details = $('findings').children[next];
    if (details) details.firstChild.focus();
  });
  document.addEventListener('keydown', e => {
    if (e.key === 'Escape' && state.chosen) choose(null);
    if (e.key === '/' && !/^(INPUT|SELECT)$/.test(document.activeElement.tagName)) {
      e.preventDefault();
      $('text').focus();
    }
  });
  window.addEventListener('resize', () => later(drawMap, 150));
  window.addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll('details.item')) {
      if (details.group) fillBody(details, details.group);
      details.folded = !details.open;
      details.open = true;
    }
  });
  window.addEventListener('afterprint', () => {
    for (const details of document.querySelectorAll('details.item')) if (details.folded) details.open = false;
  });
})();
