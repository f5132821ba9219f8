// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
// Joins the parts: time, keys, printing.

const PRINTED_ROWS = 300;
const FRAME_MS = 500;
let playing = null;

// "2.000 s, peak", "4.100 s, checkpoint after load"
function momentText(at) {
	const { snapshot } = moments[at], reason = valueOf(snapshot, "reason"), name = valueOf(snapshot, "checkpoint");
	return `${at + 1} of ${moments.length}: ${secondsText(valueOf(snapshot, "since_start_ns"))}` +
		(reason ? `, ${reason}` : "") + (name ? ` ${name}` : "");
}

function showAll() {
	shownProcess();
	byId("when").textContent = momentText(view.moment);
	byId("time").value = view.moment;
	byId("time").setAttribute("aria-valuetext", momentText(view.moment));
	showHeader();
	showLedger();
	showSentences();
	fillTable();
	reopenRow();
	if (moments.length > 1)
		drawTrend();
}

function goTo(moment) {
	const to = Math.max(0, Math.min(moments.length - 1, moment));
	if (to === view.moment)
		return;
	view.moment = to;
	showAll();
}

function play() {
	if (playing !== null) {
		clearInterval(playing);
		playing = null;
	} else if (moments.length > 1) {
		if (view.moment === moments.length - 1)
			goTo(0);
		playing = setInterval(() => {
			goTo(view.moment + 1);
			if (view.moment === moments.length - 1)
				play();
		}, FRAME_MS);
	}
	byId("play").textContent = playing === null ? "Play" : "Stop";
}

function fillProcesses() {
	const names = new Map();
	for (const moment of moments) {
		for (const node of moment.processes)
			names.set(valueOf(node, "pid"), `${valueOf(node, "pid")} ${valueOf(node, "comm")}`);
	}
	showOnly(byId("process"), ...[...names].map(([pid, name]) => {
		const option = element("option", null, name);
		option.value = pid;
		return option;
	}));
	view.pid = [...names.keys()][0] ?? null;
	byId("processes").hidden = names.size < 2;
}

// Keys that work wherever no text is typed.
const KEYS = {
	"/": () => byId("search").focus(),
	",": () => goTo(view.moment - 1),
	".": () => goTo(view.moment + 1),
	p: play,
	"?": () => byId("keys").showModal(),
};

function pageKey(event) {
	if (event.ctrlKey || event.altKey || event.metaKey || /^(INPUT|SELECT)$/.test(event.target.tagName))
		return;
	if (Object.hasOwn(KEYS, event.key)) {
		event.preventDefault();
		KEYS[event.key]();
	}
}

// Paper does not scroll: it gets the first rows as they are sorted.
function fillPrinted() {
	const width = 144;
	const lines = table.rows.slice(0, PRINTED_ROWS).map((row, index) => {
		const line = makeRow(row, index, width, Infinity);
		line.removeAttribute("id");
		return line;
	});
	if (table.rows.length > PRINTED_ROWS)
		lines.push(element("p", null, `${countText(table.rows.length - PRINTED_ROWS)} more rows are not printed`));
	showOnly(byId("printed"), byId("heads").cloneNode(true), ...lines);
	byId("printed").firstElementChild.removeAttribute("id");
}

function startPage() {
	fillProcesses();
	startTable();
	startOpened();
	byId("time").max = moments.length - 1;
	byId("times").hidden = moments.length < 2;
	byId("time").addEventListener("input", (event) => goTo(Number(event.target.value)));
	byId("play").addEventListener("click", play);
	byId("process").addEventListener("change", (event) => {
		view.pid = Number(event.target.value);
		showAll();
	});
	byId("what").addEventListener("change", (event) => {
		view.what = event.target.value;
		fillTable();
	});
	byId("search").addEventListener("input", (event) => {
		view.search = event.target.value;
		fillTable();
	});
	byId("search").addEventListener("keydown", (event) => {
		if (event.key === "Enter" || event.key === "Escape" || event.key === "ArrowDown") {
			event.preventDefault();
			byId("table").focus();
		}
	});
	byId("show_keys").addEventListener("click", KEYS["?"]);
	document.addEventListener("keydown", pageKey);
	window.addEventListener("beforeprint", fillPrinted);
	window.addEventListener("resize", () => {
		fillTable();
		reopenRow();
	});
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showAll);
	const touches = COLUMNS.some(({ key }) => key === "touched");
	showLegend(byId("legend"), [
		...(touches ? [{ text: "resident, some of it touched", colour: "touched" }] : []),
		{ text: touches ? "resident, none of it touched" : "resident", colour: "resident" },
		{ text: "zero page (stripes)", colour: "zero" }, { text: "absent (a line)", colour: "absent" }]);
	showAll();
	byId("table").focus();
	performance.mark("drawn");
}

startPage();
