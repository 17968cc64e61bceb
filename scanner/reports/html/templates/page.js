"use strict";
(() => {
  const form = document.getElementById("filters");
  const shown = document.getElementById("shown");
  const items = Array.from(document.querySelectorAll("[data-item]"), (element) => ({
    element,
    kind: element.dataset.item,
    verdicts: element.dataset.verdict.split(" "),
    levels: element.dataset.levels.split(" "),
    projects: element.dataset.projects.split(" "),
    search: element.dataset.search,
  }));
  const groups = Array.from(document.querySelectorAll("[data-group]"), (element) => ({ element, open: element.open }));
  const chosen = (id) => document.getElementById(id).value;

  // Every word has to be found, in any order.
  const matcher = () => {
    const words = chosen("query").toLowerCase().split(/\s+/).filter(Boolean);
    const [verdict, level, project] = ["verdict", "level", "project"].map(chosen);
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

  const apply = () => {
    const matches = matcher();
    const visible = {};
    const all = {};
    for (const item of items) {
      const match = matches(item);
      item.element.hidden = !match;
      all[item.kind] = (all[item.kind] || 0) + 1;
      visible[item.kind] = (visible[item.kind] || 0) + match;
    }
    const filtered = ["query", "verdict", "level", "project"].some(chosen);
    for (const group of groups) {
      const any = group.element.querySelector("[data-item]:not([hidden])") !== null;
      group.element.hidden = !any;
      group.element.open = filtered ? any : group.open;
    }
    for (const nothing of document.querySelectorAll(".nothing")) {
      nothing.hidden = nothing.parentElement.querySelector("[data-item]:not([hidden])") !== null;
    }
    shown.textContent = tell(visible, all);
  };

  // A file named in the address is shown, whatever is folded away or filtered out around it.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (form && target.closest("[hidden]")) {
      form.reset();
      apply();
    }
    for (let around = target; around; around = around.parentElement) {
      if (around.tagName === "DETAILS") around.open = true;
    }
    target.scrollIntoView();
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
  for (const [id, open] of [["open-all", true], ["close-all", false]]) {
    const button = document.getElementById(id);
    if (!button) continue;
    button.parentElement.hidden = false;
    button.addEventListener("click", () => {
      for (const details of document.querySelectorAll("details.beside")) details.open = open;
    });
  }
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();
})();
