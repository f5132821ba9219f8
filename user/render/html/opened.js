// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
// One row, opened: what it is, its ledger, its pages, and what a page under the pointer is.

const LEDGER_WORDS = { touched: "touched", before: "before the watch", huge_fill: "filled by huge pages",
		       unfaulted: "never faulted", unexplained_pages: "huge fill or never faulted" };

function listOf(pairs) {
	return pairs.filter(([, value]) => value !== null && value !== undefined && value !== "").flatMap(
		([key, value]) => [element("dt", null, key), element("dd", null, value)]);
}

// "resident A = touched B + before the watch C + ..."
function ledgerText(node) {
	const ledger = below(node, "ledger"), resident = valueOf(node, "resident_pages");
	if (ledger === null)
		return `resident ${countText(resident)} pages; causes are known in the faults tier only`;
	const parts = Object.entries(LEDGER_WORDS).map(([key, words]) => [words, valueOf(ledger, key)]).filter(
		([words, count]) => count !== null && (count > 0 || words === "touched"));
	return `resident ${countText(resident)} = ${parts.map(([words, count]) => `${words} ${countText(count)}`).join(" + ")} pages`;
}

function touchText(touch) {
	if (touch === null)
		return null;
	const first = valueOf(touch, "first_ns"), threads = whole(valueOf(touch, "first_threads"));
	return `${countText(valueOf(touch, "pages_touched"))} pages` +
		(first === null ? "" : `, first after ${secondsText(first)}, last after ${secondsText(valueOf(touch, "last_ns"))}`) +
		(threads.length ? `, by thread ${threads.join(", ")}` : "");
}

function arrayFacts(node) {
	const shape = whole(valueOf(node, "shape")), aliases = whole(valueOf(node, "aliases"));
	return [
		["elements", shape && `${valueOf(node, "dtype")} (${shape.join(", ")}), strides (${whole(valueOf(node, "strides")).join(", ")})`],
		["found by", valueOf(node, "source")],
		["also named", aliases.join(", ")],
		["memory of", ownerName(valueOf(node, "owner"))],
		["allocated by", valueOf(node, "allocated_by")],
		["pages in part its own", countText(valueOf(node, "edge_pages"))],
	];
}

function ownerName(id) {
	return id === null ? null : rowByKey(`a${id}`)?.name ?? `array ${id}`;
}

function regionFacts(node) {
	return [["kind", valueOf(node, "kind")], ["rights", valueOf(node, "perms")], ["path", valueOf(node, "path")]];
}

function stateText(node) {
	return Object.entries(whole(valueOf(node, "states"))).filter(([, count]) => count > 0)
		.map(([state, count]) => `${state} ${countText(count)}`).join(", ");
}

function showFacts(row) {
	byId("opened_name").textContent = row.name;
	byId("opened_explain").textContent = row.explain ?? "";
	showOnly(byId("opened_facts"), ...listOf([
		["address", `${row.address} to ${valueOf(row.node, "end")}`],
		["span", `${bytesText(row.bytes)}, ${countText(row.pages)} pages` +
			(valueOf(row.node, "pages") < row.pages ? `, elements on ${countText(valueOf(row.node, "pages"))} of them` : "")],
		...(row.isArray ? arrayFacts(row.node) : regionFacts(row.node)),
		["states", stateText(row.node)],
		["ledger", ledgerText(row.node)],
		["touched", touchText(below(row.node, "touch"))],
	]));
}

function showLegend(place, shades) {
	showOnly(place, ...shades.map((shade) => {
		const sign = element("span", "sign");
		sign.style.background = colour(shade.colour);
		return element("span", "entry", null, sign, shade.text);
	}));
}

// Signs that can be there.
function showGridLegend() {
	const mixed = pagesOf(view.moment, view.process).block > 1;
	showLegend(byId("grid_legend"), [...grid.shades.filter((shade) => mixed || shade !== SEVERAL),
					 { text: "absent (a line)", colour: "absent" }]);
}

// What there is to know of the cell that begins with a page of the row.
function tellPages(page) {
	const { row, per } = grid, end = Math.min(row.pages, page + per);
	const first = row.first + page, count = end - page, found = [];
	pagesOf(view.moment, view.process).each(first, first + count, (from, till, kind) => found.push([till - from, kind]));
	const words = [count === 1 ? `page ${countText(page)}` : `pages ${countText(page)} to ${countText(end - 1)}`,
		       addressText(first, pageBytes())];
	const index = row.isArray ? indexOfPages(row, page, end) : "";
	if (index)
		words.push(`elements ${index}`);
	byId("told").textContent = `${words.join(" \u00b7 ")} \u00b7 ${kindsText(found, count)}`;
}

function indexOfPages(row, page, end) {
	const bytes = pageBytes(), before = Number(BigInt(row.address) % BigInt(bytes));
	return rangeText(row.node, page * bytes - before, end * bytes - before);
}

function kindText(kind) {
	if (kind === MIXED)
		return "of several kinds";
	const what = kinds[kind], known = below(moments[view.moment].processes[view.process], "totals");
	const touch = below(known, "touch"), words = [what.state];
	if (touch !== null && valueOf(touch, "pages_read") !== null)
		words.push([what.read && "read", what.written && "written"].filter(Boolean).join(" and ") || "not touched");
	else if (touch !== null)
		words.push(what.touched ? "touched" : "not touched");
	if (touch !== null && what.cause)
		words.push(`cause: ${what.cause}`);
	return words.join(", ");
}

function kindsText(found, count) {
	const sums = new Map();
	let absent = count;
	for (const [pages, kind] of found) {
		sums.set(kind, (sums.get(kind) ?? 0) + pages);
		absent -= pages;
	}
	const parts = [...sums].map(([kind, pages]) => count === 1 ? kindText(kind) : `${countText(pages)} ${kindText(kind)}`);
	if (absent > 0)
		parts.push(count === 1 ? "absent" : `${countText(absent)} absent`);
	return parts.join("; ");
}

// Without a row, or one without pages, there is no grid.
function setGridRow(row) {
	grid.row = row && row.pages > 0 ? row : null;
	byId("grid").hidden = !grid.row;
	setColouring(grid.colouring);
	if (grid.row)
		showGridLegend();
}

function openRow(row) {
	view.opened = row.key;
	if (!byId("opened").open)
		byId("opened").showModal();
	showFacts(row);
	setGridRow(row);
	if (grid.row) {
		fitGrid();
		moveCursor(0);
	}
	byId("grid").focus();
}

// The same row at another moment, if it is there.
function reopenRow() {
	const row = view.opened && rowByKey(view.opened);
	if (!view.opened)
		return;
	setGridRow(row);
	if (!grid.row) {
		byId("told").textContent = "it was not there at this moment";
		return;
	}
	showFacts(row);
	moveCursor(grid.cursor);
}

function startOpened() {
	startGrid();
	byId("opened").addEventListener("close", () => {
		view.opened = null;
		byId("table").focus();
	});
	byId("close").addEventListener("click", () => byId("opened").close());
	byId("closer").addEventListener("click", () => zoomGrid(true));
	byId("farther").addEventListener("click", () => zoomGrid(false));
	byId("colouring").addEventListener("change", (event) => {
		grid.colouring = event.target.value;
		setGridRow(grid.row);
		if (grid.row)
			drawGrid();
	});
}
