// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
// Numbers and names for people, and elements. Text from a target becomes text of an element, and
// nothing else.

function countText(count) {
	return count === null || count === undefined ? "not known" : Math.round(count).toLocaleString("en-US");
}

// One decimal from KiB on, rounded half up, as the report has it.
function bytesText(bytes) {
	const units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
	let unit = 1024, which = 0;
	if (bytes < 1024)
		return `${bytes} B`;
	while (which < units.length - 1 && Math.floor((bytes * 10 + unit / 2) / unit) >= 10240) {
		unit *= 1024;
		which++;
	}
	const tenths = Math.floor((bytes * 10 + unit / 2) / unit);
	return `${Math.floor(tenths / 10)}.${tenths % 10} ${units[which]}`;
}

function secondsText(ns) {
	return `${(ns / 1e9).toFixed(3)} s`;
}

function addressText(page, pageBytes) {
	return `0x${(BigInt(page) * BigInt(pageBytes)).toString(16)}`;
}

// What tells names apart is mostly at their ends.
function cutName(name, most) {
	const letters = Array.from(name);
	if (letters.length <= most)
		return name;
	const head = Math.floor((most - 1) / 3);
	return `${letters.slice(0, head).join("")}\u2026${letters.slice(letters.length - (most - 1 - head)).join("")}`;
}

function byId(id) {
	return document.getElementById(id);
}

// An element with a class, a text and children.
function element(tag, name, text, ...children) {
	const made = document.createElement(tag);
	if (name)
		made.className = name;
	if (text !== null && text !== undefined)
		made.textContent = text;
	made.append(...children);
	return made;
}

function showOnly(parent, ...children) {
	parent.replaceChildren(...children);
}
