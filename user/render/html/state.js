// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
// What is shown: the moment, the process, which rows of it in which order. Nothing here draws.

const view = { moment: moments.length - 1, process: 0, pid: null, what: "arrays", search: "",
	       sort: "resident", down: true, selected: 0, opened: null };

// The process of the moment that is shown, or null: it was not there.
function shownProcess() {
	const all = moments[view.moment].processes;
	const at = all.findIndex((node) => valueOf(node, "pid") === view.pid);
	view.process = at;
	return at < 0 ? null : all[at];
}

function pageBytes() {
	return valueOf(below(moments[view.moment].snapshot, "environment"), "page_size");
}

function statesOf(node) {
	const states = below(node, "states");
	const of = (key) => valueOf(states, key);
	return { zero: of("zero") + of("zero_huge"), huge: of("anon_huge"), swapped: of("swapped") };
}

function firstPage(address) {
	return Number(BigInt(address) / BigInt(pageBytes()));
}

// A row of the table. `key` finds it again in another moment.
function rowOf(node, isArray) {
	const address = valueOf(node, "start"), touch = below(node, "touch");
	const bytes = Number(BigInt(valueOf(node, "end")) - BigInt(address));
	const name = isArray ? valueOf(node, "name") : valueOf(node, "path") || `${valueOf(node, "kind")} ${address}`;
	return {
		node, isArray, name, bytes, address,
		key: isArray ? `a${valueOf(node, "id")}` : `r${address}`,
		first: firstPage(address),
		// Of the whole range: a view may have elements on some of them only.
		pages: valueOf(node, isArray ? "range_pages" : "pages"),
		resident: valueOf(node, "resident_pages"),
		...statesOf(node),
		touched: touch === null ? null : valueOf(touch, "pages_touched"),
		explain: valueOf(node, "explain"),
	};
}

// Those that were looked at last: what setChanges noted in them must stay while they are shown.
const rowsKept = new Map();
const ROWS_KEPT = 4;

// All rows of a process at a moment.
function allRows(processNode, what) {
	const list = below(processNode, what), kept = `${list} ${what}`;
	const rows = rowsKept.get(kept) ?? itemsOf(list).map((node) => rowOf(node, what === "arrays"));
	rowsKept.delete(kept);
	rowsKept.set(kept, rows);
	if (rowsKept.size > ROWS_KEPT)
		rowsKept.delete(rowsKept.keys().next().value);
	return rows;
}

function compareRows(a, b) {
	const sign = view.down ? -1 : 1, key = view.sort;
	if (key === "name")
		return sign * (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
	if (key === "address")
		return sign * (a.first - b.first);
	return sign * ((a[key] ?? -1) - (b[key] ?? -1));
}

// Those that the search finds, in order.
function shownRows() {
	const process = shownProcess(), words = view.search.toLowerCase();
	if (process === null)
		return [];
	const rows = allRows(process, view.what).filter(
		(row) => row.name.toLowerCase().includes(words) || row.address.includes(words));
	return rows.sort((a, b) => compareRows(a, b) || a.first - b.first);
}

function rowByKey(key) {
	const process = shownProcess();
	if (process === null)
		return null;
	return allRows(process, key[0] === "a" ? "arrays" : "regions").find((row) => row.key === key) ?? null;
}
