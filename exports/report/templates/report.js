// Tables that sort, where a script may run; without it they are plain tables. Hidden and missing figures stay last.
(() => {
  "use strict";
  const collator = new Intl.Collator("da", { numeric: true, sensitivity: "base" });
  const said = document.getElementById("_said");
  const words = { ascending: "stigende", descending: "faldende", none: "oprindelig rækkefølge" };
  const next = { none: "ascending", ascending: "descending", descending: "none" };
  const danish = /^[-−+]?\d{1,3}(?:\.?\d{3})*(?:,\d+)?(?=$|[\s%])/;

  const key = (cell) => {
    const text = cell.textContent.trim();
    if (cell.dataset.sort !== undefined) return Number(cell.dataset.sort);
    if (text === "" || text.startsWith("–")) return null;
    const figure = danish.exec(text);
    return figure ? Number(figure[0].replaceAll(".", "").replace(",", ".").replace("−", "-")) : text;
  };
  const compare = (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return collator.compare(a, b);
  };

  for (const table of document.querySelectorAll("table")) {
    const body = table.tBodies[0];
    const given = [...body.rows];
    if (given.length < 3) continue;
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      if (!head.textContent.trim()) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const order = next[head.getAttribute("aria-sort")];
        for (const other of heads) if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
        head.setAttribute("aria-sort", order);
        let rows = given;
        if (order !== "none") {
          const sign = order === "ascending" ? 1 : -1;
          const keyed = given.map((row) => [key(row.cells[column]), row]);
          const shown = keyed.filter(([value]) => value !== null).sort(([a], [b]) => sign * compare(a, b));
          rows = [...shown, ...keyed.filter(([value]) => value === null)].map(([, row]) => row);
        }
        body.append(...rows);
        said.textContent = `${button.textContent}: ${words[order]}`;
      });
    });
  }

  // What does not scroll needs no stop of the tab key.
  const stops = () => {
    for (const box of document.querySelectorAll(".scroll")) {
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };
  const unfold = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target instanceof HTMLDetailsElement) target.open = true;
  };
  addEventListener("resize", stops);
  document.addEventListener("toggle", stops, true);
  addEventListener("hashchange", unfold);
  unfold();
  stops();
})();
