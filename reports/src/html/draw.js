// The timeline on a canvas: lanes, and the rows above and below them. What is drawn is also put down as a shape, for the pointer.

const GUTTER = 104, RIGHT = 14, FAULTS = 26, AXIS = 24, ACTING = 24, FOUND = 20;
// More lines than this are a grey wall, and slow.
const MOST_LINES = 700;

function colours() {
  const style = getComputedStyle(document.documentElement);
  const cache = {};
  return (name) => (cache[name] ??= style.getPropertyValue("--" + name).trim());
}

function prepare(canvas, height) {
  const width = canvas.clientWidth, ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.height = height + "px";
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = "12px system-ui, 'DejaVu Sans', sans-serif";
  pen.textBaseline = "middle";
  return { pen, width };
}

function laneHeight(story) {
  return Math.max(8, Math.min(34, 640 / story.lanes.length));
}

function heightOf(story) {
  return FAULTS + laneHeight(story) * story.lanes.length + AXIS + ACTING + FOUND * 2;
}

// Draws the stretch of time `view` and gives back the shapes on it, the topmost last.
function draw(canvas, story, view) {
  const { pen, width } = prepare(canvas, heightOf(story));
  const x = (at) => GUTTER + (Math.min(Math.max(at, view.from), view.until) - view.from) / (view.until - view.from) * (width - GUTTER - RIGHT);
  const height = laneHeight(story);
  const stage = {
    pen, width, x, height, story, view, shapes: [], colour: colours(),
    top: (lane) => FAULTS + lane * height,
    bottom: FAULTS + story.lanes.length * height,
    meets: (it) => it.from < view.until && it.until > view.from,
  };
  background(stage);
  spans(stage);
  const few = messages(stage);
  faults(stage);
  below(stage);
  return { shapes: stage.shapes, x, few };
}

// A rectangle that the pointer finds.
function box(stage, left, top, width, height, name, words) {
  stage.pen.fillStyle = stage.colour(name);
  stage.pen.fillRect(left, top, Math.max(width, 1), height);
  if (words) stage.shapes.push({ left, top, right: left + Math.max(width, 2), bottom: top + Math.max(height, 5), words });
}

function write(stage, text, x, y, name, align = "left") {
  stage.pen.fillStyle = stage.colour(name);
  stage.pen.textAlign = align;
  stage.pen.fillText(text, x, y);
}

function ticks(view) {
  const length = view.until - view.from;
  let step = 1;
  for (let power = 1; length / step > 11; power *= 10) for (const times of [1, 2, 5]) if (length / step > 11) step = power * times;
  const list = [];
  for (let at = Math.ceil(view.from / step) * step; at <= view.until; at += step) list.push(at);
  const digits = Math.max(0, Math.min(6, 6 - Math.floor(Math.log10(step))));
  return list.map((at) => [at, (at / 1e6).toFixed(digits) + " s"]);
}

function background(stage) {
  const { story, top, height, width, x, bottom, view } = stage;
  story.lanes.forEach((lane, index) => {
    box(stage, GUTTER, top(index) + 1, width - GUTTER - RIGHT, height - 2, "lane");
    if (height >= 12 || index % 4 === 0) write(stage, lane.name, GUTTER - 8, top(index) + height / 2, "text", "right");
  });
  for (const [at, words] of ticks(view)) {
    box(stage, x(at), FAULTS, 1, bottom - FAULTS + 4, "grid");
    if (x(at) < width - 30) write(stage, words, x(at), bottom + 14, "faint", "center");
  }
}

function spans(stage) {
  const { story, x, top, height, meets } = stage;
  const middle = (lane) => top(lane) + height / 2;
  const name = (lane) => story.lanes[lane].name;
  story.grants.filter(meets).forEach((it) => {
    const token = it.token === null ? "" : ", token " + it.token;
    const width = x(it.until) - x(it.from);
    const even = story.grants.indexOf(it) % 2 === 0;
    box(stage, x(it.from), top(it.lane) + height * 0.14, width, height * 0.72, even ? "granted" : "granted-2", name(it.lane) + " granted to " + name(it.holder) + token + "\n" + during(it));
    if (width > 110) write(stage, "to " + name(it.holder) + token, x(it.from) + 5, middle(it.lane), "text");
  });
  const last = [];
  for (const it of story.roles.filter(meets)) {
    const tall = height * [0.28, 0.5, 0.5, 0.74][it.role];
    const follows = it.leader >= 0 && it.leader !== it.lane ? ", follows " + name(it.leader) : "";
    const epoch = it.epoch ? ", epoch " + it.epoch : "";
    const width = x(it.until) - x(it.from);
    box(stage, x(it.from), middle(it.lane) - tall / 2, width, tall, ROLES[it.role], name(it.lane) + ": " + ROLES[it.role] + epoch + follows + "\n" + during(it));
    const [before, end] = last[it.lane] ?? ["", 0];
    const room = it.epoch && it.epoch !== before && height >= 16 && x(it.from) >= end;
    if (room && (it.role === 0 || width > it.epoch.length * 7 + 6)) {
      write(stage, it.epoch, x(it.from) + 4, it.role === 3 ? middle(it.lane) : top(it.lane) + height * 0.24, it.role === 3 ? "on-leader" : "text");
      last[it.lane] = [it.epoch, x(it.from) + it.epoch.length * 8 + 6];
    }
  }
  for (const it of story.reigns.filter(meets)) {
    const epoch = it.epoch ? " in epoch " + it.epoch : "";
    box(stage, x(it.from), middle(it.lane) + height * 0.37 - 2, x(it.until) - x(it.from), 3, "reign", name(it.lane) + " would act as leader" + epoch + "\n" + during(it));
  }
  for (const it of story.outages.filter(meets)) outage(stage, it, name(it.lane) + " " + it.what + "\n" + during(it));
  for (const it of story.cuts.filter(meets)) {
    for (const [kind, lanes] of [["isolated", it.isolated], ["touched", it.touched]]) {
      for (const lane of lanes) box(stage, x(it.from), top(lane) + height - 4, x(it.until) - x(it.from), 3, kind, "cut: " + it.text + "\n" + during(it));
    }
  }
  const members = story.lanes.filter((lane) => lane.kind === 0).length;
  for (const it of story.work.filter((it) => it.from < stage.view.until && it.until >= stage.view.from)) {
    const onResource = story.lanes[it.lane].kind === 2;
    const step = height * 0.84 / members;
    const y = onResource ? top(it.lane) + height * 0.08 + it.by * step : top(it.lane) + 1.5;
    box(stage, x(it.from), y, x(it.until) - x(it.from), onResource ? Math.min(step, 5) : 2, it.done === 2 ? "fenced" : "work", it.items + " item(s) of " + name(it.by) + " " + DONE[it.done] + "\n" + during(it));
  }
}

function outage(stage, it, words) {
  const { pen, x, top, height, colour } = stage;
  const [left, width] = [x(it.from), Math.max(1.5, x(it.until) - x(it.from))];
  if (it.what.startsWith("disk")) return box(stage, left, top(it.lane), width, 4, "disk", words);
  const [y, tall] = [top(it.lane) + height * 0.1, height * 0.8];
  pen.save();
  pen.beginPath();
  pen.rect(left, y, width, tall);
  pen.clip();
  pen.strokeStyle = colour(it.what === "paused" || it.what === "suspended" ? "still" : "down");
  if (it.what === "paused" || it.what === "suspended") {
    pen.beginPath();
    for (let at = left - tall; at < left + width; at += 6) {
      pen.moveTo(at, y + tall);
      pen.lineTo(at + tall, y);
    }
    pen.stroke();
  }
  pen.setLineDash([3, 3]);
  pen.strokeRect(left + 0.5, y + 0.5, width - 1, tall - 1);
  pen.restore();
  if (width > 60 && height >= 14 && (it.what === "down" || it.what === "out of service")) write(stage, it.what, left + 6, y + tall / 2, "faint");
  stage.shapes.push({ left, top: y, right: left + width, bottom: y + tall, words });
}

// Whether they were few enough to be drawn.
function messages(stage) {
  const { pen, story, view, x, top, height, colour } = stage;
  const seen = story.messages.slice(firstAfter(story.messages, view.from - story.longest)).filter((it) => it.sent <= view.until && it.ended >= view.from);
  if (seen.length > MOST_LINES) return false;
  const middle = (lane) => top(lane) + height / 2;
  const scale = (stage.width - GUTTER - RIGHT) / (view.until - view.from);
  const place = (at) => GUTTER + (at - view.from) * scale;
  pen.save();
  pen.beginPath();
  pen.rect(GUTTER, FAULTS, stage.width - GUTTER - RIGHT, stage.bottom - FAULTS);
  pen.clip();
  for (const it of seen) {
    const dropped = it.fate > 1;
    const [x1, y1] = [place(it.sent), middle(it.from)];
    let [x2, y2] = [place(it.ended), middle(it.to)];
    if (dropped) [x2, y2] = [x1 + Math.max(x2 - x1, 6) * 0.4, y1 + (y2 - y1) * 0.4];
    pen.strokeStyle = colour(dropped ? "lost" : "message");
    pen.globalAlpha = dropped ? 0.9 : seen.length > 300 ? 0.4 : 0.65;
    pen.setLineDash(dropped ? [3, 2] : []);
    pen.beginPath();
    pen.moveTo(x1, y1);
    pen.lineTo(x2, y2);
    pen.stroke();
    pen.setLineDash([]);
    pen.globalAlpha = 1;
    pen.beginPath();
    if (dropped) {
      pen.moveTo(x2 - 3, y2 - 3), pen.lineTo(x2 + 3, y2 + 3), pen.moveTo(x2 - 3, y2 + 3), pen.lineTo(x2 + 3, y2 - 3);
      pen.stroke();
    } else {
      pen.fillStyle = colour("message");
      pen.arc(x2, y2, 1.8, 0, 7);
      pen.fill();
    }
    stage.shapes.push({ line: [x1, y1, x2, y2], words: said(story, it) });
  }
  pen.restore();
  return true;
}

function said(story, it) {
  const head = it.kind + "  " + story.lanes[it.from].name + " → " + story.lanes[it.to].name;
  const when = "sent " + time(it.sent) + ", " + (it.fate === 0 ? "arrived after " + span(it.ended - it.sent) : it.became);
  return head + "\n" + when + (it.content === null ? "\n(what it says was left out)" : "\n" + it.content);
}

function firstAfter(list, at) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle].sent < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function faults(stage) {
  const { story, view, x, pen, bottom, colour, width } = stage;
  let end = 0;
  write(stage, "faults", GUTTER - 8, 10, "faint", "right");
  for (const it of story.moments.filter((it) => it.lane < 0 && view.from <= it.at && it.at <= view.until)) {
    const left = x(it.at);
    box(stage, left - 1, FAULTS - 8, 2, 8, "fault", time(it.at) + " " + it.text);
    pen.strokeStyle = colour("fault");
    pen.setLineDash([2, 3]);
    pen.beginPath();
    pen.moveTo(left + 0.5, FAULTS);
    pen.lineTo(left + 0.5, bottom);
    pen.stroke();
    pen.setLineDash([]);
    const wide = pen.measureText(it.text).width;
    const from = Math.min(left, width - RIGHT - wide);
    if (from >= end && wide < width / 2) {
      write(stage, it.text, from, 10, "fault");
      end = from + wide + 12;
    }
  }
}

function below(stage) {
  const { story, view, x, meets, bottom, pen, width } = stage;
  let y = bottom + AXIS;
  write(stage, "acting leaders", GUTTER - 8, y + 9, "faint", "right");
  for (const it of story.acting.filter(meets)) {
    const tall = [3, 7][it.count] ?? 16;
    const wide = x(it.until) - x(it.from);
    box(stage, x(it.from), y + 16 - tall, wide, tall, ["none", "one"][it.count] ?? "many", it.count + " would act as leader\n" + during(it));
    if (it.count > 1 && wide > 16) write(stage, String(it.count), x(it.from) + 4, y + 8.5, "on-leader");
  }
  y += ACTING;
  write(stage, "failovers", GUTTER - 8, y + 6, "faint", "right");
  for (const it of story.failovers) {
    const parts = [["detection", it.lost, it.detected], ["election", it.detected, it.elected], ["takeover", it.elected, it.effective]];
    for (const [name, from, until] of parts) {
      if (from === null || until === null || !meets({ from, until })) continue;
      box(stage, x(from), y + 2, x(until) - x(from), 9, name, it.cause + ": " + name + " " + span(until - from));
    }
    if (over(story, it) === null && !it.absorbed) {
      const from = it.elected ?? it.detected ?? it.lost;
      if (meets({ from, until: story.end })) box(stage, x(from), y + 2, x(story.end) - x(from), 9, "found", it.cause + ": not over at the end");
    }
  }
  y += FOUND;
  write(stage, "found", GUTTER - 8, y + 10, "faint", "right");
  // A mark and its words stand in the first of two rows with room for both; without room the mark is a tick above.
  const ends = [0, 0];
  for (const it of story.findings.filter((it) => view.from <= it.at && it.at <= view.until)) {
    const harm = it.severity === "safety" || it.kind !== null;
    const words = (it.kind ?? it.invariant).replaceAll("-", " ") + (it.times > 1 ? " ×" + it.times : "");
    const wide = pen.measureText(words).width;
    const colour = harm ? "found" : "found-mild";
    const left = x(it.at) - 2;
    const leftwards = left + 14 + wide > width;
    const from = leftwards ? left - wide - 6 : left;
    const row = ends.findIndex((end) => end <= from);
    const top = row < 0 ? y : y + 4 + row * 17;
    box(stage, left, top, 5, row < 0 ? 3 : 12, colour, time(it.at) + " " + words + "\n" + it.saw);
    if (row < 0) continue;
    write(stage, words, leftwards ? from : left + 9, top + 6.5, harm ? "bad" : "faint");
    ends[row] = from + wide + 22;
  }
}

// The whole run, small, with the part that is shown.
function drawScrub(canvas, story, view) {
  const { pen, width } = prepare(canvas, 46);
  const colour = colours();
  const x = (at) => GUTTER + at / story.end * (width - GUTTER - RIGHT);
  const step = 32 / story.lanes.length;
  pen.textAlign = "right";
  pen.fillStyle = colour("faint");
  pen.fillText("whole run", GUTTER - 8, 20);
  for (const it of story.roles) {
    pen.fillStyle = colour(ROLES[it.role]);
    const tall = it.role === 0 ? Math.min(1, step / 2) : Math.max(1, step - 1);
    pen.fillRect(x(it.from), 3 + it.lane * step + (step - tall) / 2, Math.max(1, x(it.until) - x(it.from)), tall);
  }
  for (const it of story.acting) {
    if (it.count === 1) continue;
    pen.fillStyle = colour(it.count ? "many" : "none");
    pen.fillRect(x(it.from), 37, Math.max(1, x(it.until) - x(it.from)), 5);
  }
  for (const it of story.moments) {
    pen.fillStyle = colour("fault");
    pen.fillRect(x(it.at), 0, 1, 36);
  }
  pen.fillStyle = colour("window");
  pen.globalAlpha = 0.16;
  pen.fillRect(x(view.from), 0, Math.max(2, x(view.until) - x(view.from)), 46);
  pen.globalAlpha = 1;
  pen.strokeStyle = colour("window");
  pen.strokeRect(x(view.from) + 0.5, 0.5, Math.max(2, x(view.until) - x(view.from) - 1), 45);
}
