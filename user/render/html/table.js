// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
// The table of rows. Only the rows that can be seen are elements, however many there are.

const ROW_HEIGHT = 26;
const ALL_COLUMNS = [
	{ key: "name", title: "Name", text: (row) => row.name },
	{ key: "address", title: "Address", text: (row) => row.address },
	{ key: "bytes", title: "Span", text: (row) => bytesText(row.bytes) },
	{ key: "resident", title: "Resident", text: (row) => pagesText(row.resident) },
	{ key: "change", title: "Change", text: (row) => changeText(row.change) },
	{ key: "zero", title: "Zero", text: (row) => pagesText(row.zero) },
	{ key: "huge", title: "Huge", text: (row) => pagesText(row.huge) },
	{ key: "swapped", title: "Swapped", text: (row) => pagesText(row.swapped) },
	{ key: "touched", title: "Touched", text: (row) => row.touched === null ? "-" : pagesText(row.touched) },
];
// One moment has no changes, and the scan tier no touches.
const COLUMNS = ALL_COLUMNS.filter(({ key }) => (key !== "change" || moments.length > 1) &&
	(key !== "touched" || moments.some(({ snapshot }) => valueOf(snapshot, "tier") !== "scan")));

function pagesText(pages) {
	return bytesText(pages * pageBytes());
}

function changeText(change) {
	return change ? (change > 0 ? "+" : "\u2212") + pagesText(Math.abs(change)) : change === 0 ? "" : "new";
}

// Resident pages since the moment before; null: it was not there.
function setChanges(rows) {
	const earlier = new Map();
	if (view.moment > 0) {
		const processes = moments[view.moment - 1].processes;
		const node = processes.find((one) => valueOf(one, "pid") === view.pid);
		if (node !== undefined)
			allRows(node, view.what).forEach((row) => earlier.set(row.key, row.resident));
	}
	for (const row of rows)
		row.change = view.moment === 0 ? 0 : earlier.has(row.key) ? row.resident - earlier.get(row.key) : null;
}

const table = { rows: [], shown: new Map() };

function makeHeads() {
	const heads = COLUMNS.map((column) => {
		const head = element("div", `cell ${column.key}`, null);
		const button = element("button", null, column.title);
		head.setAttribute("role", "columnheader");
		button.type = "button";
		button.dataset.sort = column.key;
		button.addEventListener("click", () => sortBy(column.key));
		head.append(button);
		return head;
	});
	const pages = element("div", "cell heat", "Pages");
	pages.setAttribute("role", "columnheader");
	showOnly(byId("heads"), ...heads, pages);
	document.documentElement.style.setProperty("--numbers", COLUMNS.length - 2);
}

function sortBy(key) {
	view.down = view.sort === key ? !view.down : key !== "name" && key !== "address";
	view.sort = key;
	fillTable();
	selectRow(view.selected);
}

function markHeads() {
	for (const button of byId("heads").querySelectorAll("button")) {
		const sorted = button.dataset.sort === view.sort;
		button.parentNode.setAttribute("aria-sort", !sorted ? "none" : view.down ? "descending" : "ascending");
	}
}

function heatWidth() {
	return Math.max(60, byId("heads").lastElementChild.clientWidth - 12);
}

// How many letters of a name its column has room for.
function nameLetters() {
	const context = document.createElement("canvas").getContext("2d"), cell = byId("heads").firstElementChild;
	context.font = getComputedStyle(cell).font;
	return Math.max(8, Math.floor((cell.clientWidth - 12) / context.measureText("0").width));
}

function drawRowHeat(row, canvas, width) {
	const heat = heatOf(pagesOf(view.moment, view.process), row.first, row.pages,
			    Math.max(1, Math.floor(width / CELL_WIDTH)));
	drawHeat(canvas, heat, width, ROW_HEIGHT - 8);
}

function makeRow(row, index, width, letters) {
	const line = element("div", "row");
	line.id = `row${index}`;
	line.setAttribute("role", "row");
	line.setAttribute("aria-rowindex", index + 2);
	line.style.top = `${index * ROW_HEIGHT}px`;
	for (const column of COLUMNS) {
		const text = column.text(row);
		const cell = element("div", `cell ${column.key}`, column.key === "name" ? cutName(text, letters) : text);
		cell.setAttribute("role", "gridcell");
		if (text === "0 B")
			cell.classList.add("nothing");
		if (column.key === "name")
			cell.title = row.explain ? `${text}\n${row.explain}` : text;
		line.append(cell);
	}
	const canvas = element("canvas");
	const heat = element("div", "cell heat", null, canvas);
	heat.setAttribute("role", "gridcell");
	line.append(heat);
	if (row.pages > 0)
		drawRowHeat(row, canvas, width);
	return line;
}

// Makes the rows that came into sight, drops those that left it.
function drawTable() {
	const box = byId("scroll"), rows = byId("rows"), width = heatWidth(), letters = nameLetters();
	const from = Math.max(0, Math.floor(box.scrollTop / ROW_HEIGHT) - 2);
	const end = Math.min(table.rows.length, Math.ceil((box.scrollTop + box.clientHeight) / ROW_HEIGHT) + 2);
	for (const [index, line] of table.shown) {
		if (index < from || index >= end) {
			line.remove();
			table.shown.delete(index);
		}
	}
	for (let index = from; index < end; index++) {
		if (!table.shown.has(index)) {
			const line = makeRow(table.rows[index], index, width, letters);
			table.shown.set(index, line);
			rows.append(line);
		}
	}
	markSelected();
}

function markSelected() {
	for (const [index, line] of table.shown)
		line.setAttribute("aria-selected", index === view.selected);
	if (table.shown.has(view.selected))
		byId("table").setAttribute("aria-activedescendant", `row${view.selected}`);
	else
		byId("table").removeAttribute("aria-activedescendant");
}

// After anything else than the place changed. The row that was selected stays so.
function fillTable() {
	const selected = table.rows[view.selected]?.key;
	const process = shownProcess();
	if (process !== null)
		setChanges(allRows(process, view.what));
	table.rows = shownRows();
	view.selected = Math.max(0, table.rows.findIndex((row) => row.key === selected));
	byId("rows").replaceChildren();
	table.shown.clear();
	byId("rows").style.height = `${table.rows.length * ROW_HEIGHT}px`;
	byId("table").setAttribute("aria-rowcount", table.rows.length + 1);
	byId("found").textContent = foundText(process);
	markHeads();
	drawTable();
}

function foundText(process) {
	if (process === null)
		return "this process was not there at this moment";
	const all = allRows(process, view.what).length, left = view.what === "arrays"
		? valueOf(process, "arrays_left_out") : valueOf(below(process, "regions_rest"), "count");
	return `${countText(table.rows.length)} of ${countText(all)}` +
		(left ? `, ${countText(left)} more are not in this file` : "");
}

function selectRow(index) {
	const box = byId("scroll"), top = index * ROW_HEIGHT;
	view.selected = Math.max(0, Math.min(table.rows.length - 1, index));
	if (top < box.scrollTop)
		box.scrollTop = Math.max(0, top);
	else if (top + ROW_HEIGHT > box.scrollTop + box.clientHeight)
		box.scrollTop = top + ROW_HEIGHT - box.clientHeight;
	drawTable();
}

function tableKey(event) {
	const page = Math.max(1, Math.floor(byId("scroll").clientHeight / ROW_HEIGHT) - 1);
	const to = { ArrowDown: view.selected + 1, ArrowUp: view.selected - 1, PageDown: view.selected + page,
		     PageUp: view.selected - page, Home: 0, End: table.rows.length - 1 }[event.key];
	if (to !== undefined)
		selectRow(Math.max(0, Math.min(table.rows.length - 1, to)));
	else if (event.key === "Enter" && table.rows.length)
		openRow(table.rows[view.selected]);
	else
		return;
	event.preventDefault();
}

function indexUnder(event) {
	const line = event.target.closest(".row");
	return line && line.id ? Number(line.id.slice(3)) : -1;
}

function startTable() {
	makeHeads();
	byId("scroll").addEventListener("scroll", () => requestAnimationFrame(drawTable));
	byId("table").addEventListener("keydown", tableKey);
	byId("rows").addEventListener("click", (event) => {
		if (indexUnder(event) >= 0)
			selectRow(indexUnder(event));
	});
	byId("rows").addEventListener("dblclick", (event) => {
		if (indexUnder(event) >= 0)
			openRow(table.rows[indexUnder(event)]);
	});
}
