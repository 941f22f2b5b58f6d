// The page around the timeline: light and dark, which run is shown, its command, and what one can jump to.

const at = (id) => document.getElementById(id);

// Light, dark, or as the system has it.
const THEMES = ["auto", "light", "dark"];
const system = window.matchMedia("(prefers-color-scheme: dark)");
let theme = "auto";
const repaint = () => {
  const dark = theme === "dark" || (theme === "auto" && system.matches);
  document.documentElement.toggleAttribute("data-dark", dark);
  at("theme").textContent = { auto: "◐ as the system", light: "☀ light", dark: "☾ dark" }[theme];
};
repaint();

const index = JSON.parse(at("index").textContent);
if (index.runs.length > 0) start();

function start() {
  const view = makeView({ lanes: at("lanes"), scrub: at("scrub"), tip: at("tip"), now: at("now"), note: at("left-out") });
  let shown = null;

  const options = (select, list) => {
    select.replaceChildren(...list.map(([value, text]) => new Option(text, value)));
  };
  const runsOf = (scenario, algorithm) => index.runs.map((run, number) => ({ run, number })).filter(({ run }) => run.scenario === scenario && run.algorithm === algorithm);

  const fillAlgorithms = () => {
    const scenario = Number(at("scenario").value);
    const names = index.algorithms.map((name, number) => [number, name]).filter(([number]) => runsOf(scenario, number).length > 0);
    const before = at("algorithm").value;
    options(at("algorithm"), names);
    if (names.some(([number]) => String(number) === before)) at("algorithm").value = before;
    fillRuns();
  };
  const fillRuns = () => {
    const runs = runsOf(Number(at("scenario").value), Number(at("algorithm").value));
    options(at("run"), runs.map(({ run, number }) => [number, "seed " + run.seed + ": " + run.why.join("; ")]));
  };
  const open = (number) => {
    const run = index.runs[number];
    shown = number;
    at("scenario").value = run.scenario;
    fillAlgorithms();
    at("algorithm").value = run.algorithm;
    fillRuns();
    at("run").value = number;
    at("seed").value = run.seed;
    at("command").textContent = run.command;
    at("why").textContent = index.scenarios[run.scenario] + ", " + index.algorithms[run.algorithm] + ", seed " + run.seed + ": " + run.why.join("; ");
    const story = read("run-" + number);
    view.open(story);
    list(story);
    at("stage").dataset.run = number;
  };
  const list = (story) => {
    at("events").replaceChildren(...events(story).map((it) => {
      const item = document.createElement("li"), button = document.createElement("button"), when = document.createElement("time");
      when.textContent = time(it.at);
      button.append(when, it.text);
      button.classList.toggle("harm", it.harm);
      button.addEventListener("click", () => view.look(it.at, it.until));
      item.append(button);
      return item;
    }));
  };

  options(at("scenario"), index.scenarios.map((name, number) => [number, name]).filter(([number]) => index.runs.some((run) => run.scenario === number)));
  at("scenario").addEventListener("change", () => { fillAlgorithms(); open(Number(at("run").value)); });
  at("algorithm").addEventListener("change", () => { fillRuns(); open(Number(at("run").value)); });
  at("run").addEventListener("change", () => open(Number(at("run").value)));
  at("previous").addEventListener("click", () => open((shown + index.runs.length - 1) % index.runs.length));
  at("next").addEventListener("click", () => open((shown + 1) % index.runs.length));
  // Any other seed is not in this file, but its command is known.
  at("seed").addEventListener("input", () => {
    const run = index.runs[shown], seed = at("seed").value.trim();
    if (!/^[0-9]+$/.test(seed)) return;
    const kept = runsOf(run.scenario, run.algorithm).find((it) => String(it.run.seed) === seed);
    if (kept) return open(kept.number);
    at("command").textContent = run.command.replace(/ --seed [0-9]+/, " --seed " + seed) + " --timeline run.svg";
    at("why").textContent = "Seed " + seed + " is not kept in this file: the command draws it.";
  });
  at("zoom-in").addEventListener("click", () => view.zoom(0.5));
  at("zoom-out").addEventListener("click", () => view.zoom(2));
  at("zoom-all").addEventListener("click", () => view.whole());
  at("copy").addEventListener("click", () => copy(at("command").textContent, at("copy")));
  for (const cell of document.querySelectorAll("button.cell")) {
    cell.addEventListener("click", () => {
      const runs = runsOf(Number(cell.dataset.scenario), Number(cell.dataset.algorithm));
      if (runs.length === 0) return;
      open(runs[0].number);
      at("runs").scrollIntoView();
    });
  }
  const themed = () => { repaint(); view.redraw(); };
  at("theme").addEventListener("click", () => { theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]; themed(); });
  system.addEventListener("change", themed);
  open(0);
}

if (index.runs.length === 0) {
  at("theme").addEventListener("click", () => { theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]; repaint(); });
  system.addEventListener("change", repaint);
}

// Where the clipboard is closed to pages from files, a selection does it.
async function copy(text, button) {
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    done = document.execCommand("copy");
    area.remove();
  }
  const before = "Copy";
  button.textContent = done ? "Copied" : "Select it and copy by hand";
  setTimeout(() => { button.textContent = before; }, 1500);
}
