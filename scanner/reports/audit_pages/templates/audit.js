"use strict";
(() => {
  const PAGE = 100;
  const LEVELS = ["error", "warning", "note"];
  const VERDICTS = ["identical", "renamed", "modified", "fragments", "independent"];
  const WORDS = ["identical", "renamed", "modified", "sharing fragments", "independent"];
  const LABELS = ["Errors", "Warnings", "Notes", "Files", "", "Copies", "Of", ""];
  const find = (id) => document.getElementById(id);
  const data = find("data");
  if (!data) return;
  const form = find("controls");
  const body = find("rows");
  const live = data.dataset.live;
  const state = { sort: "first", turned: false, page: 0 };
  const fields = ["query", "level", "verdict", "project", "family"].filter(find);
  const chosen = (id) => (find(id) ? find(id).value : "");

  // A row of the data as an object; texts that recur are numbers there.
  const read = ({ strings, rows }) =>
    rows.map(([page, name, failed, error, warning, note, files, copies, verdicts, projects, answer, families]) => ({
      page, name, error, warning, note, files, copies, verdicts, families,
      failed: failed < 0 ? "" : strings[failed],
      answer: answer < 0 ? "" : strings[answer],
      projects: projects.map(([project, count]) => [strings[project], count]),
    }));

  // Rows held in this page.
  const here = () => {
    const all = read(JSON.parse(data.textContent));
    const searched = all.map((row) => [row.name, ...row.projects.map(([name]) => name), row.failed].join(" ").toLowerCase());
    const keys = { errors: "error", warnings: "warning", notes: "note", files: "files", copies: "copies" };
    const compared = (one, two) => (one < two ? -1 : one > two ? 1 : 0);
    return async () => {
      const words = chosen("query").toLowerCase().split(/\s+/).filter(Boolean);
      const [level, verdict, project, family] = ["level", "verdict", "project", "family"].map(chosen);
      const place = VERDICTS.indexOf(verdict);
      const found = all.filter(
        (row, number) =>
          (!level || (level === "failed" ? row.failed : row[level])) &&
          (!verdict || row.verdicts[place]) &&
          (!project || row.projects.some(([name]) => name === project)) &&
          (!family || row.families.includes(Number(family))) &&
          words.every((word) => searched[number].includes(word)),
      );
      if (state.sort === "name") found.sort((one, two) => compared(one.name, two.name));
      else if (keys[state.sort]) found.sort((one, two) => two[keys[state.sort]] - one[keys[state.sort]]);
      if (state.turned) found.reverse();
      return { total: found.length, all: all.length, rows: found.slice(state.page * PAGE, (state.page + 1) * PAGE) };
    };
  };

  // Rows asked of the server.
  const there = () => async () => {
    const asked = new URLSearchParams({ sort: state.sort, turned: state.turned ? "1" : "", page: state.page });
    for (const id of fields) asked.set(id, chosen(id));
    const answer = await fetch(`${live}?${asked}`, { cache: "no-store" });
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    const found = await answer.json();
    return { total: found.total, all: found.all, rows: read(found) };
  };

  const cell = (text, kind = "", number = -1) => {
    const made = document.createElement("td");
    made.textContent = text;
    if (kind) made.className = kind;
    if (LABELS[number]) made.dataset.label = LABELS[number];
    return made;
  };
  const link = (address, words) => {
    const made = document.createElement("a");
    made.href = address;
    made.append(words);
    return made;
  };
  const drawn = (row) => {
    const line = document.createElement("tr");
    const head = document.createElement("th");
    const name = document.createElement("code");
    head.scope = "row";
    name.textContent = row.name;
    head.append(row.failed ? name : link(`repositories/${row.page.slice(-12, -10)}/${row.page}.html`, name));
    line.append(head);
    if (row.failed) {
      const told = cell(`not audited: ${row.failed}`, "quiet");
      told.colSpan = 8;
      line.append(told);
      return line;
    }
    LEVELS.forEach((level, number) =>
      line.append(cell(row[level] || "·", `number ${level}${row[level] ? "" : " none"}`, number)));
    line.append(cell(row.files, "number", 3));
    line.append(cell(row.verdicts.map((count, place) => [count, WORDS[place]]).filter(([count]) => count)
      .map(([count, word]) => `${count} ${word}`).join(", "), "", 4));
    line.append(cell(row.copies || "·", row.copies ? "number" : "number none", 5));
    line.append(cell(row.projects.map(([name, count]) => (count ? `${name} (${count})` : name)).join(", ") || "·",
      row.projects.length ? "" : "empty", 6));
    const answer = cell(row.answer || (row.families.length ? "" : "·"), "quiet");
    for (const number of row.families) {
      const option = find("family") && find("family").querySelector(`option[value="${Number(number)}"]`);
      if (option) answer.append(" ", link(`families/${option.dataset.page}.html`, `family ${number + 1}`));
    }
    line.append(answer);
    return line;
  };

  const ask = live ? there() : here();
  let turn = 0;
  const apply = async () => {
    const mine = ++turn;
    let found;
    try {
      found = await ask();
    } catch (error) {
      if (mine === turn) find("shown").textContent = `The table cannot be shown: ${error.message}`;
      return;
    }
    if (mine !== turn) return;
    const last = Math.max(Math.ceil(found.total / PAGE) - 1, 0);
    if (state.page > last) {
      state.page = last;
      return apply();
    }
    body.replaceChildren(...found.rows.map(drawn));
    find("none").hidden = found.total > 0;
    find("pager").hidden = last === 0;
    find("place").textContent = `page ${state.page + 1} of ${last + 1}`;
    find("before").disabled = state.page === 0;
    find("after").disabled = state.page === last;
    find("shown").textContent = `${found.total} of ${found.all} repositories`;
    for (const head of document.querySelectorAll("th[data-sort]")) {
      const is = head.dataset.sort === state.sort;
      const down = (head.dataset.sort === "name") === state.turned;
      if (is) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
  };
  const set = (id, value) => {
    if (!find(id)) return;
    find(id).value = value;
    state.page = 0;
    apply();
    find("repositories").scrollIntoView();
  };

  for (const head of document.querySelectorAll("th[data-sort]")) {
    const sort = document.createElement("button");
    sort.type = "button";
    sort.append(...head.childNodes);
    sort.addEventListener("click", () => {
      state.turned = state.sort === head.dataset.sort && !state.turned;
      state.sort = head.dataset.sort;
      state.page = 0;
      apply();
    });
    head.append(sort);
  }
  for (const head of document.querySelectorAll("th[data-project]")) {
    const show = document.createElement("button");
    show.type = "button";
    show.append(...head.childNodes);
    show.addEventListener("click", () => set("project", head.dataset.project));
    head.append(show);
  }
  let waiting = 0;
  form.hidden = false;
  form.addEventListener("input", () => {
    state.page = 0;
    clearTimeout(waiting);
    waiting = setTimeout(apply, live ? 150 : 0);
  });
  form.addEventListener("reset", () => setTimeout(() => {
    Object.assign(state, { sort: "first", turned: false, page: 0 });
    apply();
  }));
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const [id, step] of [["before", -1], ["after", 1]]) {
    find(id).addEventListener("click", () => {
      state.page += step;
      apply();
    });
  }
  if (find("static")) find("static").hidden = true;
  apply();

  // While an audit goes on, what is new is asked for every two seconds; after an error, less and less often.
  if (live) {
    let version = data.dataset.version;
    let wait = 2000;
    const watch = async () => {
      try {
        const answer = await fetch(`state?version=${encodeURIComponent(version)}`, { cache: "no-store" });
        if (!answer.ok) throw new Error(String(answer.status));
        const now = await answer.json();
        const isOld = String(now.families) !== data.dataset.families;
        find("live").textContent = now.words + (isOld ? "; reload to see copies among the audited" : "");
        find("counts").textContent = now.counts;
        if (now.version !== version) {
          version = now.version;
          await apply();
        }
        wait = 2000;
      } catch {
        find("live").textContent = "no connection";
        wait = Math.min(wait * 2, 30000);
      }
      setTimeout(watch, wait);
    };
    setTimeout(watch, wait);
  }
})();
