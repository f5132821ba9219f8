// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
// Heatmaps: counts of pages in cells, and how cells are drawn.

// The cells of pages [first, first + pages); cell i has [i * pages / cells, (i + 1) * pages / cells).
function heatOf(runs, first, pages, wanted) {
	const cells = Math.min(wanted, pages);
	const heat = { cells };
	const begin = (cell) => Math.floor(cell * pages / cells);
	for (const key of ["pages", "resident", "zero", "touched"])
		heat[key] = new Float64Array(cells);
	for (let cell = 0; cell < cells; cell++)
		heat.pages[cell] = begin(cell + 1) - begin(cell);
	runs.each(first, first + pages, (from, end, kind, mixed) => {
		const what = kinds[kind];
		from -= first;
		end -= first;
		for (let cell = Math.floor(((from + 1) * cells - 1) / pages); cell < cells && from < end; cell++) {
			const till = Math.min(end, begin(cell + 1)), count = till - from;
			const part = count / (end - from);
			if (mixed) {
				for (const key of ["resident", "zero", "touched"]) {
					heat[key][cell] += mixed[key] * part;
					mixed[key] -= mixed[key] * part;
				}
			} else {
				heat.resident[cell] += what.resident ? count : 0;
				heat.zero[cell] += what.zero ? count : 0;
				heat.touched[cell] += what.touched ? count : 0;
			}
			from = till;
		}
	});
	return heat;
}

const styles = getComputedStyle(document.documentElement);
function colour(name) {
	return styles.getPropertyValue(`--${name}`).trim();
}

// A canvas of so many CSS pixels, cleared, that draws in them.
function clearCanvas(canvas, width, height) {
	const ratio = window.devicePixelRatio || 1;
	const context = canvas.getContext("2d");
	canvas.width = Math.round(width * ratio);
	canvas.height = Math.round(height * ratio);
	canvas.style.width = `${width}px`;
	canvas.style.height = `${height}px`;
	context.setTransform(ratio, 0, 0, ratio, 0, 0);
	return context;
}

const CELL_WIDTH = 3;

// A cell is as high as its pages are resident; one page shows, and only a full cell is full.
function drawHeat(canvas, heat, width, height) {
	const context = clearCanvas(canvas, width, height);
	const step = width / heat.cells;
	for (let cell = 0; cell < heat.cells; cell++) {
		// Whole pixels, so that no seams show.
		const left = Math.round(cell * step), right = Math.max(Math.round((cell + 1) * step), left + 1);
		if (heat.resident[cell] > 0) {
			const share = heat.resident[cell] / heat.pages[cell];
			const high = share >= 1 ? height : Math.min(height - 2, Math.max(2, share * height));
			context.fillStyle = colour(heat.touched[cell] > 0 ? "touched" : "resident");
			context.fillRect(left, height - high, right - left, high);
		} else if (heat.zero[cell] > 0) {
			context.fillStyle = colour("zero");
			for (let y = 2; y < height; y += 4)
				context.fillRect(left, y, right - left, 1);
		} else {
			context.fillStyle = colour("absent");
			context.fillRect(left, height - 1, right - left, 1);
		}
	}
}
