// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
// The pages of an opened row as a grid: line after line, a cell is a page or a power of two of them.

const CELL_SIZES = [4, 6, 8, 12, 16, 24, 32];

const COLOURINGS = {
	touch: [
		{ text: "touched", colour: "touched", has: (what) => what.resident && what.touched },
		{ text: "resident, not touched", colour: "resident", has: (what) => what.resident },
	],
	state: [
		{ text: "anon", colour: "tone2", has: (what) => what.state === "anon" },
		{ text: "huge", colour: "tone3", has: (what) => what.state === "anon_huge" },
		{ text: "file", colour: "tone1", has: (what) => what.state === "file" },
		{ text: "shared", colour: "tone5", has: (what) => what.state === "shmem" },
	],
	cause: [
		{ text: "touched", colour: "touched", has: (what) => what.resident && what.cause === "touched" },
		{ text: "before the watch", colour: "resident", has: (what) => what.cause === "before" },
		{ text: "filled by huge pages", colour: "tone1", has: (what) => what.cause === "huge_fill" },
		{ text: "never faulted", colour: "tone5", has: (what) => what.cause === "unfaulted" },
		{ text: "huge fill or never faulted", colour: "tone6", has: (what) => what.cause === "unexplained" },
	],
};
const RESIDENT = [{ text: "resident", colour: "resident", has: (what) => what.resident }];
const IN_ALL = [
	{ text: "zero page", colour: "zero", has: (what) => what.zero },
	{ text: "swapped out", colour: "swapped", has: (what) => what.swapped },
	{ text: "guard", colour: "guard", has: (what) => what.state === "guard" },
];

// Of pages that the file does not have one by one.
const SEVERAL = { text: "of several kinds", colour: "mixed", has: () => false };

const grid = { row: null, per: 1, size: 8, top: 0, cursor: 0, colouring: "touch", shades: [], shadeOf: [] };

// Where touches are not known, none is told.
function setColouring(name) {
	const process = shownProcess();
	const known = process === null || below(below(process, "totals"), "touch") !== null;
	grid.colouring = name;
	grid.shades = [...(known || name === "state" ? COLOURINGS[name] : RESIDENT), ...IN_ALL, SEVERAL];
	grid.shadeOf = kinds.map((what) => grid.shades.findIndex((shade) => shade.has(what)));
}

function gridColumns() {
	return Math.max(1, Math.floor(byId("grid").clientWidth / grid.size));
}

function gridLines() {
	return Math.max(1, Math.floor(byId("grid").clientHeight / grid.size));
}

// The smallest cells that show the whole row, as large as there is room.
function fitGrid() {
	grid.per = 1;
	grid.size = CELL_SIZES[CELL_SIZES.length - 1];
	grid.top = grid.cursor = 0;
	while (gridColumns() * gridLines() * grid.per < grid.row.pages) {
		if (grid.size > 6)
			grid.size = CELL_SIZES[CELL_SIZES.indexOf(grid.size) - 1];
		else
			grid.per *= 2;
	}
}

// Counts of the shades in cells from page `top` on.
function countShades(cells) {
	const counts = new Float64Array(cells * grid.shades.length), { per, row, top } = grid;
	const end = Math.min(row.pages, top + cells * per);
	pagesOf(view.moment, view.process).each(row.first + top, row.first + end, (from, till, kind) => {
		const shade = kind === MIXED ? grid.shades.length - 1 : grid.shadeOf[kind];
		from -= row.first + top;
		till -= row.first + top;
		while (shade >= 0 && from < till) {
			const cell = Math.floor(from / per), stop = Math.min(till, (cell + 1) * per);
			counts[cell * grid.shades.length + shade] += stop - from;
			from = stop;
		}
	});
	return counts;
}

// The shade with the most pages, and the share of those that have any.
function cellLook(counts, cell, pages) {
	let best = -1, sum = 0, most = 0;
	for (let shade = 0; shade < grid.shades.length; shade++) {
		const count = counts[cell * grid.shades.length + shade];
		sum += count;
		if (count > most) {
			most = count;
			best = shade;
		}
	}
	return { best, share: sum / pages };
}

function drawGrid() {
	const canvas = byId("grid"), columns = gridColumns(), cells = columns * gridLines();
	const { width, height } = canvas.getBoundingClientRect();
	const context = clearCanvas(canvas, width, height), { per, size, row, top } = grid;
	const counts = countShades(cells), gap = size > 5 ? 1 : 0;
	for (let cell = 0; cell < cells && top + cell * per < row.pages; cell++) {
		const x = cell % columns * size, y = Math.floor(cell / columns) * size;
		const look = cellLook(counts, cell, Math.min(per, row.pages - top - cell * per));
		context.fillStyle = colour("absent");
		context.fillRect(x, y + size - gap - 1, size - gap, 1);
		if (look.best >= 0) {
			const high = look.share >= 1 ? size - gap : Math.max(1, Math.floor(look.share * (size - gap - 1)));
			context.fillStyle = colour(grid.shades[look.best].colour);
			context.fillRect(x, y + size - gap - high, size - gap, high);
		}
	}
	drawCursor(context, columns, cells);
	byId("scale").textContent = `${countText(per)} ${per === 1 ? "page" : "pages"} a cell, from page ${countText(top)}`;
}

function drawCursor(context, columns, cells) {
	const cell = Math.floor((grid.cursor - grid.top) / grid.per);
	if (cell < 0 || cell >= cells)
		return;
	context.strokeStyle = colour("text");
	context.lineWidth = 2;
	context.strokeRect(cell % columns * grid.size, Math.floor(cell / columns) * grid.size, grid.size, grid.size);
}

// The cursor to a page, which comes into sight.
function moveCursor(page) {
	const line = gridColumns() * grid.per, shown = line * gridLines();
	grid.cursor = Math.max(0, Math.min(grid.row.pages - 1, page));
	if (grid.cursor < grid.top)
		grid.top -= Math.ceil((grid.top - grid.cursor) / line) * line;
	else if (grid.cursor >= grid.top + shown)
		grid.top += Math.ceil((grid.cursor - grid.top - shown + 1) / line) * line;
	grid.top = Math.max(0, grid.top);
	drawGrid();
	tellPages(grid.cursor);
}

// In or out; the page under the cursor stays where it is, as far as lines allow.
function zoomGrid(closer) {
	if (!grid.row)
		return;
	const columns = gridColumns(), line = Math.floor((grid.cursor - grid.top) / grid.per / columns);
	const at = CELL_SIZES.indexOf(grid.size);
	if (closer && grid.per > 1)
		grid.per /= 2;
	else if (closer)
		grid.size = CELL_SIZES[Math.min(at + 1, CELL_SIZES.length - 1)];
	else if (at > 1)
		grid.size = CELL_SIZES[at - 1];
	else if (gridColumns() * gridLines() * grid.per < grid.row.pages)
		grid.per *= 2;
	const wide = gridColumns() * grid.per, cursorLine = Math.floor(grid.cursor / wide);
	grid.top = Math.max(0, cursorLine - Math.min(line, gridLines() - 1)) * wide;
	moveCursor(grid.cursor);
}

// The page under the pointer, or -1.
function pageUnder(event) {
	if (!grid.row)
		return -1;
	const box = byId("grid").getBoundingClientRect();
	const column = Math.floor((event.clientX - box.left) / grid.size);
	const line = Math.floor((event.clientY - box.top) / grid.size);
	const page = grid.top + (line * gridColumns() + column) * grid.per;
	return column >= 0 && column < gridColumns() && line >= 0 && page < grid.row.pages ? page : -1;
}

function panGrid(lines) {
	if (!grid.row)
		return;
	const wide = gridColumns() * grid.per, most = Math.floor((grid.row.pages - 1) / wide) * wide;
	grid.top = Math.max(0, Math.min(most, grid.top + lines * wide));
	drawGrid();
}

function gridKey(event) {
	if (!grid.row)
		return;
	const line = gridColumns() * grid.per, page = line * Math.max(1, gridLines() - 1);
	const to = { ArrowRight: grid.per, ArrowLeft: -grid.per, ArrowDown: line, ArrowUp: -line, PageDown: page,
		     PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
	if (to !== undefined)
		moveCursor(Math.floor(Math.max(0, Math.min(grid.row.pages - 1, grid.cursor + to)) / grid.per) * grid.per);
	else if (event.key === "+" || event.key === "=" || event.key === "-")
		zoomGrid(event.key !== "-");
	else
		return;
	event.preventDefault();
}

function startGrid() {
	const canvas = byId("grid");
	let dragged = null;
	canvas.addEventListener("keydown", gridKey);
	canvas.addEventListener("mousemove", (event) => {
		const page = pageUnder(event);
		if (dragged !== null && Math.abs(event.clientY - dragged) >= grid.size) {
			panGrid(Math.round((dragged - event.clientY) / grid.size));
			dragged = event.clientY;
		}
		if (page >= 0)
			tellPages(page);
	});
	canvas.addEventListener("mousedown", (event) => {
		dragged = event.clientY;
		if (pageUnder(event) >= 0)
			moveCursor(pageUnder(event));
	});
	window.addEventListener("mouseup", () => {
		dragged = null;
	});
	canvas.addEventListener("wheel", (event) => {
		event.preventDefault();
		if (!event.ctrlKey && !event.shiftKey)
			return panGrid(Math.sign(event.deltaY) * 3);
		if (pageUnder(event) >= 0)
			grid.cursor = pageUnder(event);
		zoomGrid(event.deltaY < 0);
	}, { passive: false });
}
