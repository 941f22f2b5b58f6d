// What is shown of a run, and how the pointer and the keys move it.

const SHORTEST = 50;

function makeView(elements) {
  const { lanes, scrub, tip, now, note } = elements;
  let story = null, view = { from: 0, until: 1 }, drawn = null, waiting = false;

  const redraw = () => {
    if (waiting || !story) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      drawn = draw(lanes, story, view);
      drawScrub(scrub, story, view);
      lanes.dataset.from = Math.round(view.from);
      lanes.dataset.until = Math.round(view.until);
      const parts = [["messages", "messages"], ["contents", "messages' words"], ["moments", "events"], ["stretches", "stretches"], ["work", "spans of work"]];
      const left = parts.filter(([key]) => story.left[key] > 0).map(([key, words]) => story.left[key] + " " + words);
      note.textContent = (drawn.few ? "" : "Too many messages in this stretch to draw: zoom in. ")
        + (left.length ? "Left out of this file: " + left.join(", ") + " (those furthest from what matters)." : "");
    });
  };

  const show = (from, until) => {
    const length = Math.min(Math.max(until - from, SHORTEST), story.end);
    const begin = Math.min(Math.max(from + (until - from - length) / 2, 0), story.end - length);
    view = { from: begin, until: begin + length };
    redraw();
  };
  const zoom = (by, at = (view.from + view.until) / 2) => show(at - (at - view.from) * by, at + (view.until - at) * by);
  const pan = (share) => show(view.from + (view.until - view.from) * share, view.until + (view.until - view.from) * share);
  const timeAt = (event) => {
    const box = lanes.getBoundingClientRect();
    const share = (event.clientX - box.left - GUTTER) / (box.width - GUTTER - RIGHT);
    return view.from + Math.min(Math.max(share, 0), 1) * (view.until - view.from);
  };

  const hide = () => { tip.hidden = true; };
  const hover = (event) => {
    if (!drawn) return;
    const box = lanes.getBoundingClientRect();
    const found = under(drawn.shapes, event.clientX - box.left, event.clientY - box.top);
    now.textContent = state(story, timeAt(event));
    if (!found) return hide();
    tip.textContent = found.words;
    tip.hidden = false;
    const wide = tip.offsetWidth, tall = tip.offsetHeight;
    tip.style.left = Math.max(4, Math.min(event.clientX + 14, window.innerWidth - wide - 8)) + "px";
    tip.style.top = (event.clientY + 18 + tall > window.innerHeight ? event.clientY - tall - 12 : event.clientY + 18) + "px";
  };

  let held = null;
  lanes.addEventListener("pointerdown", (event) => {
    held = { x: event.clientX, ...view };
    lanes.setPointerCapture(event.pointerId);
  });
  lanes.addEventListener("pointermove", (event) => {
    if (!held) return hover(event);
    hide();
    const share = (event.clientX - held.x) / (lanes.clientWidth - GUTTER - RIGHT);
    const by = share * (held.until - held.from);
    show(held.from - by, held.until - by);
  });
  for (const name of ["pointerup", "pointercancel"]) lanes.addEventListener(name, () => { held = null; });
  lanes.addEventListener("pointerleave", hide);
  lanes.addEventListener("dblclick", () => show(0, story.end));
  lanes.addEventListener("wheel", (event) => {
    event.preventDefault();
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) pan(event.deltaX / 1000);
    else zoom(Math.exp(event.deltaY / 500), timeAt(event));
  }, { passive: false });
  lanes.addEventListener("keydown", (event) => {
    const acts = { ArrowLeft: () => pan(-0.2), ArrowRight: () => pan(0.2), "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), 0: () => show(0, story.end) };
    if (!acts[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    acts[event.key]();
  });

  const scrubTo = (event) => {
    const box = scrub.getBoundingClientRect();
    const at = (event.clientX - box.left - GUTTER) / (box.width - GUTTER - RIGHT) * story.end;
    const half = (view.until - view.from) / 2;
    show(at - half, at + half);
    now.textContent = state(story, Math.min(Math.max(at, 0), story.end - 1));
  };
  let scrubbing = false;
  scrub.addEventListener("pointerdown", (event) => { scrubbing = true; scrub.setPointerCapture(event.pointerId); scrubTo(event); });
  scrub.addEventListener("pointermove", (event) => { if (scrubbing) scrubTo(event); });
  for (const name of ["pointerup", "pointercancel"]) scrub.addEventListener(name, () => { scrubbing = false; });
  window.addEventListener("resize", redraw);

  return {
    open(opened) { story = opened; now.textContent = ""; hide(); show(0, story.end); },
    whole() { show(0, story.end); },
    zoom, redraw,
    // A stretch with something around it.
    look(from, until) { const around = Math.max((until - from) / 5, story.end / 400, 2000); show(from - around, until + around); },
  };
}

// The topmost shape at this place; a line may be missed by a few pixels.
function under(shapes, x, y) {
  let best = null, near = 6;
  for (const shape of shapes) {
    if (!shape.line) continue;
    const [x1, y1, x2, y2] = shape.line;
    const length = (x2 - x1) ** 2 + (y2 - y1) ** 2;
    const share = length ? Math.min(Math.max(((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length, 0), 1) : 0;
    const away = Math.hypot(x - x1 - share * (x2 - x1), y - y1 - share * (y2 - y1));
    if (away < near) [best, near] = [shape, away];
  }
  if (best) return best;
  for (let index = shapes.length - 1; index >= 0; index--) {
    const shape = shapes[index];
    if (!shape.line && x >= shape.left && x <= shape.right && y >= shape.top && y <= shape.bottom) return shape;
  }
  return null;
}
