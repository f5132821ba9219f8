// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
// The data of the page: nodes (render/json_pack.h). A node is read where it stands; only what is
// looked at becomes an object.
"use strict";

const start = JSON.parse(document.getElementById("start").textContent);
const nodes = JSON.parse(document.getElementById("nodes").textContent);
const places = start.shapes.map((keys) => new Map(keys.map((key, at) => [key, at + 1])));

// The value of a key: null, a scalar, or [node]. undefined: the object has no such key.
function valueOf(node, key) {
	const at = places[nodes[node][0]].get(key);
	return at === undefined ? undefined : nodes[node][at];
}

// The node of a key whose value is an object or list; null if it is null.
function below(node, key) {
	const value = valueOf(node, key);
	return value ? value[0] : null;
}

// The values of a list; [node, 0] stands for those of another list.
function valuesOf(node) {
	return nodes[node].slice(1).flatMap(
		(value) => Array.isArray(value) && value.length === 2 ? valuesOf(value[0]) : [value]);
}

// The nodes in a list of objects.
function itemsOf(node) {
	return valuesOf(node).map((value) => value[0]);
}

// A value with all that is below it, as the JSON of --json has it.
function whole(value) {
	if (!Array.isArray(value))
		return value;
	const [shape, ...values] = nodes[value[0]];
	if (shape === 0)
		return valuesOf(value[0]).map(whole);
	return Object.fromEntries(start.shapes[shape].map((key, at) => [key, whole(values[at])]));
}

const moments = itemsOf(start.moments).map((node) => ({
	snapshot: below(node, "snapshot"),
	processes: itemsOf(below(below(node, "snapshot"), "processes")),
	pages: itemsOf(below(node, "pages")),
}));
