// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
// The pages of a process at a moment, as runs of like pages (render/html_pages.h).

const CAUSES = start.causes.length;
const MIXED = 255;

// What a run of each kind is; "touched" and the like are null where the tier does not tell.
const kinds = Array.from({ length: start.states.length * CAUSES * 4 }, (_, kind) => {
	const state = start.states[Math.floor(kind / 4 / CAUSES)];
	return {
		state,
		cause: start.causes[Math.floor(kind / 4) % CAUSES],
		read: (kind & 2) !== 0,
		written: (kind & 1) !== 0,
		touched: (kind & 3) !== 0,
		resident: ["anon", "anon_huge", "file", "shmem"].includes(state),
		zero: state === "zero" || state === "zero_huge",
		swapped: state === "swapped",
	};
});
// Between runs: the same as a run of absent pages.
kinds[0] = { ...kinds[4 * (CAUSES - 1)] };

function countRuns(pieces) {
	return pieces.reduce((sum, piece) => sum + nodes[piece].length / 2, 0);
}

// Runs of pages [first, end), in order, without those between runs.
class Pages {
	constructor(node) {
		const pieces = itemsOf(below(node, "pieces"));
		const most = Math.ceil(countRuns(pieces));
		this.block = valueOf(node, "block");
		this.first = new Float64Array(most);
		this.end = new Float64Array(most);
		this.kind = new Uint8Array(most);
		// What is in mixed runs; only a file with blocks has some.
		this.mixed = this.block === 1 ? null : { resident: new Float64Array(most),
			zero: new Float64Array(most), touched: new Float64Array(most) };
		this.count = 0;
		for (const piece of pieces)
			this.addPiece(nodes[piece]);
	}

	addPiece(numbers) {
		let page = numbers[1];
		for (let i = 2; i < numbers.length; i += 2) {
			const kind = numbers[i + 1];
			if (kind !== 0) {
				this.first[this.count] = page;
				this.end[this.count] = page + numbers[i];
				this.kind[this.count] = kind;
				if (kind === MIXED) {
					this.mixed.resident[this.count] = numbers[i + 2];
					this.mixed.zero[this.count] = numbers[i + 3];
					this.mixed.touched[this.count] = numbers[i + 4];
				}
				this.count++;
			}
			page += numbers[i];
			if (kind === MIXED)
				i += 3;
		}
	}

	// The first run that ends behind a page.
	at(page) {
		let low = 0, high = this.count;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if (this.end[middle] > page)
				high = middle;
			else
				low = middle + 1;
		}
		return low;
	}

	// Calls visit(first, end, kind, mixed) for the runs of [first, end).
	each(first, end, visit) {
		for (let i = this.at(first); i < this.count && this.first[i] < end; i++)
			visit(Math.max(first, this.first[i]), Math.min(end, this.end[i]), this.kind[i],
			      this.kind[i] === MIXED ? this.mixedPart(i, first, end) : null);
	}

	// The counts of the part of a mixed run that lies in [first, end), as if they were spread evenly.
	mixedPart(i, first, end) {
		const part = (Math.min(end, this.end[i]) - Math.max(first, this.first[i])) / (this.end[i] - this.first[i]);
		return { resident: this.mixed.resident[i] * part, zero: this.mixed.zero[i] * part,
			 touched: this.mixed.touched[i] * part };
	}
}

// Those that were looked at last.
const PAGES_KEPT = 3;
const pagesKept = new Map();

function pagesOf(moment, process) {
	const node = moments[moment].pages[process];
	let pages = pagesKept.get(node);
	if (!pages)
		pages = new Pages(node);
	pagesKept.delete(node);
	pagesKept.set(node, pages);
	if (pagesKept.size > PAGES_KEPT)
		pagesKept.delete(pagesKept.keys().next().value);
	return pages;
}
