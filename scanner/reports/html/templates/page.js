"use strict";
(() => {
  // Of a long table so many rows are shown until all are asked for.
  const FIRST_ROWS = 25;
  const FIELDS = ["query", "verdict", "level", "project"];
  const form = document.getElementById("filters");
  const shown = document.getElementById("shown");
  const table = document.querySelector("table.sortable");
  const allRows = document.getElementById("all-rows");
  const every = (selector, around = document) => Array.from(around.querySelectorAll(selector));
  const parts = new Map(every("[data-of]").map((part) => [part.dataset.of, part]));
  const items = every("[data-item]").map((element) => ({
    element,
    part: parts.get(element.id),
    kind: element.dataset.item,
    verdicts: element.dataset.verdict.split(" "),
    levels: element.dataset.levels.split(" "),
    projects: element.dataset.projects.split(" "),
    search: element.dataset.search,
  }));
  const groups = every("[data-group]").map((element) => ({ element, open: element.open }));
  const field = (name) => document.getElementById(name);
  let showsAll = false;

  // Every word has to be found, in any order.
  const matcher = () => {
    const words = field("query").value.toLowerCase().split(/\s+/).filter(Boolean);
    const [verdict, level, project] = ["verdict", "level", "project"].map((name) => field(name).value);
    return (item) =>
      (!verdict || item.verdicts.includes(verdict)) &&
      (!level || item.levels.includes(level)) &&
      (!project || item.projects.includes(project)) &&
      words.every((word) => item.search.includes(word));
  };

  const named = { repository: "repositories", file: "files", finding: "findings" };
  const tell = (visible, all) =>
    Object.keys(named)
      .filter((kind) => all[kind])
      .map((kind) => `${visible[kind]} of ${all[kind]} ${named[kind]}`)
      .join(", ");

  // Rows beyond the first of a long table wait behind a button; on paper they are there.
  const limit = () => {
    if (!allRows) return;
    let count = 0;
    for (const row of table.tBodies[0].rows) {
      if (!row.hidden) count += 1;
      row.classList.toggle("more", !showsAll && count > FIRST_ROWS);
    }
    allRows.textContent = `Show all ${count} files`;
    allRows.parentElement.hidden = showsAll || count <= FIRST_ROWS;
  };

  const apply = () => {
    const matches = matcher();
    const visible = {};
    const all = {};
    for (const item of items) {
      const match = matches(item);
      item.element.hidden = !match;
      if (item.part) item.part.hidden = !match;
      all[item.kind] = (all[item.kind] || 0) + 1;
      visible[item.kind] = (visible[item.kind] || 0) + match;
    }
    const filtered = FIELDS.some((name) => field(name).value);
    for (const group of groups) {
      const any = group.element.querySelector("[data-item]:not([hidden])") !== null;
      group.element.hidden = !any;
      group.element.open = filtered ? any : group.open;
    }
    for (const nothing of every(".nothing")) {
      nothing.hidden = nothing.parentElement.querySelector("[data-item]:not([hidden]), [data-of]:not([hidden])") !== null;
    }
    limit();
    shown.textContent = tell(visible, all);
  };

  // What is named in the address is shown, whatever is folded away or filtered out around it.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (form && target.closest("[hidden]")) {
      form.reset();
      apply();
    }
    if (target.closest(".more")) {
      showsAll = true;
      limit();
    }
    for (let around = target; around; around = around.parentElement) {
      if (around.tagName === "DETAILS") around.open = true;
    }
    target.scrollIntoView();
    // Once more when what came on screen has its true height.
    requestAnimationFrame(() => target.scrollIntoView());
  };

  if (form) {
    let waiting = 0;
    const soon = () => {
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(apply);
    };
    form.hidden = false;
    form.addEventListener("input", soon);
    form.addEventListener("reset", () => setTimeout(apply));
    form.addEventListener("submit", (event) => event.preventDefault());
    apply();
  }
  for (const hidden of every(".needs-script")) hidden.hidden = false;
  limit();
  if (allRows) {
    allRows.addEventListener("click", () => {
      showsAll = true;
      limit();
    });
  }

  // A link with data-set="verdict=renamed" filters by that alone, and leads where it leads.
  addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-set]");
    if (!link || !form) return;
    const [name, value] = link.dataset.set.split("=");
    form.reset();
    field(name).value = value;
    apply();
  });

  // Sorting: a heading becomes a button; what is equal keeps its order.
  const sortBy = (heading) => {
    const column = heading.cellIndex;
    const kind = heading.dataset.sort;
    const before = heading.getAttribute("aria-sort");
    const rises = before ? before === "descending" : kind === "text";
    const value = (row) => {
      const cell = row.cells[column];
      if (kind === "key") return Number(cell.dataset.key);
      return kind === "number" ? parseFloat(cell.textContent.replaceAll(",", "")) || 0 : cell.textContent.trim();
    };
    const { compare } = new Intl.Collator("en", { numeric: true });
    const order = kind === "text" ? compare : (one, other) => one - other;
    const body = table.tBodies[0];
    const rows = Array.from(body.rows, (row) => [value(row), row]);
    rows.sort((one, other) => (rises ? order(one[0], other[0]) : order(other[0], one[0])));
    body.append(...rows.map((each) => each[1]));
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", rises ? "ascending" : "descending");
    limit();
  };
  for (const heading of table ? every("[data-sort]", table.tHead) : []) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => sortBy(heading));
  }

  // Comparisons: from difference to difference, and on to the next file.
  const comparisons = every("details.beside");
  let current = null;
  let marked = [];
  const starts = (comparison) => every("tr.d", comparison);
  const place = (comparison) => starts(comparison).findIndex((row) => row.classList.contains("here"));

  const show = (comparison, row) => {
    const pane = comparison.querySelector(".pane");
    const below = () => row.getBoundingClientRect().top;
    if (pane.scrollHeight > pane.clientHeight + 1) {
      const head = comparison.querySelector("thead").offsetHeight;
      pane.scrollTop += below() - pane.getBoundingClientRect().top - head - 40;
      comparison.querySelector(".steps").scrollIntoView({ block: "nearest" });
      pane.scrollIntoView({ block: "nearest" });
    } else {
      scrollBy(0, below() - Math.min(innerHeight / 3, 160));
    }
  };

  const goTo = (comparison, number, scrolls = true) => {
    const rows = starts(comparison);
    for (const row of marked) row.classList.remove("here");
    marked = [];
    comparison.open = true;
    current = comparison;
    const output = comparison.querySelector("output");
    if (!rows.length) {
      output.textContent = "0 differences";
      return;
    }
    const first = rows[number];
    const next = rows[number + 1];
    const block = [];
    for (let row = first; row && row !== next; row = row.nextElementSibling) block.push(row);
    while (block.length > 1 && block.at(-1).matches(".s, .gap")) block.pop();
    const end = block.findIndex((row) => row.matches(".gap"));
    marked = end < 0 ? block : block.slice(0, end);
    for (const row of marked) row.classList.add("here");
    output.textContent = `difference ${number + 1} of ${rows.length}`;
    if (!scrolls) return;
    show(comparison, first);
    requestAnimationFrame(() => show(comparison, first));
  };

  // The comparison that steps begin in: the one last stepped in while it can be seen, else the first one on screen.
  const found = () => {
    const seen = (comparison) => {
      if (!comparison.offsetParent) return false;
      const box = (comparison.open ? comparison : comparison.closest(".file")).getBoundingClientRect();
      return box.bottom > 0 && box.top < innerHeight;
    };
    if (current && seen(current)) return current;
    return comparisons.find(seen) || comparisons.find((each) => each.offsetParent);
  };

  const step = (comparison, way) => {
    const at = place(comparison);
    const number = comparison.open ? (at < 0 ? (way > 0 ? 0 : -1) : at + way) : way > 0 ? 0 : starts(comparison).length - 1;
    if (number >= 0 && number < starts(comparison).length) return goTo(comparison, number);
    const left = comparisons.filter((each) => each.offsetParent && starts(each).length);
    const other = left[left.indexOf(comparison) + way];
    if (!other) {
      comparison.querySelector("output").textContent = way > 0 ? "this was the last difference" : "this was the first difference";
      return undefined;
    }
    return goTo(other, way > 0 ? 0 : starts(other).length - 1);
  };

  for (const comparison of comparisons) {
    comparison.querySelector(".steps").hidden = false;
    comparison.addEventListener("toggle", () => {
      const output = comparison.querySelector("output");
      output.textContent ||= `${starts(comparison).length} differences`;
    });
    comparison.querySelector("summary").addEventListener("click", () => {
      if (!comparison.open) setTimeout(() => goTo(comparison, 0, false));
    });
    for (const button of every("[data-step]", comparison)) {
      button.addEventListener("click", () => step(comparison, Number(button.dataset.step)));
    }
  }
  const ways = { n: 1, j: 1, p: -1, k: -1 };
  addEventListener("keydown", (event) => {
    const way = ways[event.key];
    const writes = event.target.closest?.("input:not([type=checkbox]), select, textarea, [contenteditable]");
    if (!way || writes || event.ctrlKey || event.metaKey || event.altKey || !field("keys")?.checked) return;
    const comparison = found();
    if (!comparison) return;
    event.preventDefault();
    step(comparison, way);
  });

  for (const [id, open] of [["open-all", true], ["close-all", false]]) {
    const button = document.getElementById(id);
    if (!button) continue;
    button.addEventListener("click", () => {
      for (const details of comparisons) details.open = open;
    });
  }
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();
})();
