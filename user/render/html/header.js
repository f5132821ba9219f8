// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
// What stands above and below the table: the target, what it cost, what is not complete, the ledger
// and the sentences.

const SENTENCES = 20;

function targetText(process) {
	return process === null ? "no such process at this moment"
		: `${valueOf(process, "comm")} (${valueOf(process, "pid")})`;
}

function rssText(process) {
	const totals = below(process, "totals"), states = below(totals, "states");
	const bytes = (key) => bytesText(valueOf(states, key) * pageBytes());
	return `RSS ${bytesText(valueOf(process, "rss_pages") * pageBytes())}: ` +
		`anon ${bytes("anon")}, huge ${bytes("anon_huge")}, file ${bytes("file")}, shared ${bytes("shmem")}; ` +
		`zero pages ${bytesText((valueOf(states, "zero") + valueOf(states, "zero_huge")) * pageBytes())}, ` +
		`swapped ${bytes("swapped")}`;
}

function watchText(snapshot) {
	const environment = below(snapshot, "environment");
	return `pagewatch ${valueOf(snapshot, "version")}, tier ${valueOf(snapshot, "tier")}, ${valueOf(snapshot, "time")}, ` +
		`Linux ${valueOf(environment, "kernel")} ${valueOf(environment, "machine")}`;
}

function lossLines(snapshot, process) {
	const lines = whole(valueOf(snapshot, "incomplete_reasons"));
	if (!valueOf(snapshot, "complete") && !lines.length)
		lines.push("something could not be counted");
	if (process !== null && !valueOf(process, "complete") && !lines.length)
		lines.push("something of this process could not be counted");
	const block = process === null ? 1 : valueOf(moments[view.moment].pages[view.process], "block");
	const shown = lines.map((line) => `INCOMPLETE: ${line}`);
	if (moments.length < start.taken)
		shown.push(`${countText(moments.length)} of ${countText(start.taken)} moments are in this file.`);
	if (block > 1)
		shown.push("The pages of this process have more runs than this file has room for: " +
			   `they are drawn in blocks of ${countText(block)} pages. The table's numbers are exact.`);
	return shown;
}

function showHeader() {
	const process = shownProcess(), snapshot = moments[view.moment].snapshot;
	const missing = process === null ? null : valueOf(process, "names_missing");
	const losses = [...lossLines(snapshot, process), ...(missing ? [missing] : [])];
	byId("target").textContent = targetText(process);
	byId("rss").textContent = process === null ? "" : rssText(process);
	byId("watch").textContent = watchText(snapshot);
	byId("losses").hidden = losses.length === 0;
	showOnly(byId("losses"), ...losses.map((line) => element("li", null, line)));
	document.title = `pagewatch: ${targetText(process)}`;
}

function showLedger() {
	const process = shownProcess(), totals = process === null ? null : below(process, "totals");
	const lines = totals === null ? [] : [ledgerText(totals), `states: ${stateText(totals)} pages`];
	const ended = process === null ? [] : itemsOf(below(process, "retired"));
	if (totals !== null && below(totals, "touch") !== null)
		lines.push(`touched: ${touchText(below(totals, "touch"))}`);
	if (process !== null && valueOf(process, "touched_peak_pages") !== null)
		lines.push(`touched at one time: at most ${countText(valueOf(process, "touched_peak_pages"))} pages`);
	if (ended.length)
		lines.push(`lives that ended: ${countText(ended.reduce((sum, life) => sum + valueOf(life, "count"), 0))}`);
	showOnly(byId("ledger_lines"), ...lines.map((line) => element("li", null, line)));
}

function showSentences() {
	const process = shownProcess();
	const rows = process === null ? [] : allRows(process, "arrays").filter((row) => row.explain)
		.sort((a, b) => b.bytes - a.bytes || a.first - b.first);
	const lines = rows.slice(0, SENTENCES).map((row) => element("li", null, null,
		element("b", "name", cutName(row.name, 60)), `: ${row.explain}`));
	if (rows.length > SENTENCES)
		lines.push(element("li", null, `and ${countText(rows.length - SENTENCES)} more: open an array to read its own`));
	showOnly(byId("sentence_lines"), ...lines);
	byId("sentences").hidden = lines.length === 0;
}

// Resident bytes over the moments of the file, with a line where we are.
function drawTrend() {
	const width = 300, height = 44, context = clearCanvas(byId("trend"), width, height);
	const rss = moments.map((moment) => moment.processes.reduce(
		(sum, node) => sum + (valueOf(node, "pid") === view.pid ? valueOf(node, "rss_pages") : 0), 0));
	const most = Math.max(1, ...rss), x = (at) => moments.length < 2 ? 0 : at * (width - 2) / (moments.length - 1);
	byId("trend").hidden = false;
	context.fillStyle = colour("resident");
	rss.forEach((pages, at) => {
		const high = pages / most * (height - 4), next = at + 1 < rss.length ? x(at + 1) : width;
		context.fillRect(x(at), height - high, Math.max(1, next - x(at)), high);
	});
	context.fillStyle = colour("text");
	context.fillRect(x(view.moment), 0, 2, height);
}
