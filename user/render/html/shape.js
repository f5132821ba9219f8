// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
// Which elements of an array lie on pages.

// The widest stride first; null if the elements overlap, or none can be told.
function dimensionsOf(node) {
	const shape = whole(valueOf(node, "shape")), strides = whole(valueOf(node, "strides"));
	if (!shape || shape.some((length) => length < 1))
		return null;
	const all = shape.map((length, at) => ({ length, at, stride: strides[at], span: Math.abs(strides[at]) }));
	const size = valueOf(node, "nbytes") / shape.reduce((product, length) => product * length, 1);
	const wide = all.filter((one) => one.length > 1).sort((a, b) => b.span - a.span);
	let inner = size;
	for (const one of [...wide].reverse()) {
		if (one.span < inner)
			return null;
		inner += one.span * (one.length - 1);
	}
	return { wide, size, rank: shape.length };
}

// The steps of the first element that ends behind `offset`, or (last) of the last that begins before
// it. Offsets are in bytes from the first byte of the array. null: there is none.
function elementAt(dimensions, offset, last) {
	const { wide, size } = dimensions, steps = wide.map((one) => last ? one.length - 1 : 0);
	let rest = last ? offset - 1 : offset;
	for (let at = 0; at < wide.length; at++) {
		const below = wide.slice(at + 1).reduce((sum, one) => sum + (one.length - 1) * one.span, size);
		steps[at] = Math.min(Math.floor(rest / wide[at].span), wide[at].length - 1);
		rest -= steps[at] * wide[at].span;
		if (rest >= below) {
			// Between two elements.
			steps[at] += last ? 0 : 1;
			break;
		}
	}
	for (let at = wide.length - 1; at >= 0 && steps[at] === wide[at].length; at--) {
		if (at === 0)
			return null;
		steps[at] = 0;
		steps[at - 1]++;
	}
	return steps;
}

// "[3, 0]", a negative stride counted from its end.
function indexText(dimensions, steps) {
	const index = new Array(dimensions.rank).fill(0);
	dimensions.wide.forEach((one, at) => {
		index[one.at] = one.stride < 0 ? one.length - 1 - steps[at] : steps[at];
	});
	return `[${index.join(", ")}]`;
}

// The elements that have a byte in [from, end), offsets in bytes within the array; "" if not known.
function rangeText(node, from, end) {
	const dimensions = dimensionsOf(node);
	if (!dimensions)
		return "";
	const size = dimensions.wide.reduce((sum, one) => sum + (one.length - 1) * one.span, dimensions.size);
	const first = elementAt(dimensions, Math.max(0, from), false);
	const last = elementAt(dimensions, Math.min(end, size), true);
	if (!first || first.some((step, at) => step !== last[at] && first.slice(0, at).every(
		(same, before) => same === last[before]) && step > last[at]))
		return "no element";
	const [begin, till] = [first, last].map((steps) => indexText(dimensions, steps));
	return begin === till ? begin : `${begin} to ${till}`;
}
