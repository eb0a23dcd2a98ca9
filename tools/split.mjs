// Takes a module apart in two: the first has what a page needs to open, and the rest has the functions for which `isLater` says yes of their
// names, with everything that only they use. The two share memory, table and globals, so that a call from one to the other is a call.
//
// Until the rest is there, the places of its functions in the table are held by stand-ins that call the import `load` (which brings the
// rest, and so puts the functions into their places) and then what stands in their place.
import { Reader, SECTION, list, name, readModule, renumberFunctions, signed, unsigned, withLength, writeModule } from "./wasm.mjs";

const FUNCTION = 0, TABLE = 1, MEMORY = 2, GLOBAL = 3;

/** What the rest imports is the exports of the first, as a module of this name. */
const FIRST = "first";

/** Of functions below this length there are so many that some are nearly the same. */
const SMALL_BYTES = 120;

/** The two parts of a module, as bytes. `load` is the module and name of the import that brings the rest. */
export function split(bytes, { isLater, load: [loadModule, loadName] }) {
  const whole = dissect(bytes);
  const { imports, functions, types } = whole;
  const imported = functions.length - whole.bodies.length;
  const calls = whole.bodies.map(calledBy);
  const defined = whole.bodies.map((_, each) => imported + each);
  const inTable = new Set(whole.elements.flatMap((element) => element.functions));
  // A small function in the table may serve others than its name says: those that are the same have been made one.
  const isShared = (index) => inTable.has(index) && whole.bodies[index - imported].length < SMALL_BYTES;
  const later = new Set(defined.filter((index) => isLater(whole.names.get(index) ?? "") && !isShared(index)));

  // What can be reached without going through what comes later stays in the first.
  const first = new Set();
  const reach = (roots) => {
    const waiting = [...roots];
    while (waiting.length > 0) {
      const index = waiting.pop();
      if (later.has(index) || first.has(index)) continue;
      first.add(index);
      if (index >= imported) waiting.push(...calls[index - imported]);
    }
  };
  reach(imports.functions.keys());
  reach(whole.exports.filter((each) => each.kind === FUNCTION).map((each) => each.index));
  reach(inTable);
  if (whole.start !== undefined) reach([whole.start]);

  const inOrder = inPackingOrder(defined, (index) => whole.bodies[index - imported]);
  const kept = inOrder.filter((index) => first.has(index));
  const moved = inOrder.filter((index) => !first.has(index));

  // Each function of the rest that the first names has a place in the table: its own, or one at the table's end.
  const places = new Map();
  for (const element of whole.elements) element.functions.forEach((index, each) => first.has(index) || places.set(index, element.offset + each));
  const called = new Set(kept.flatMap((index) => calls[index - imported].filter((callee) => !first.has(callee))));
  const added = [...called].filter((index) => !places.has(index));
  added.forEach((index, each) => places.set(index, whole.table.least + each));

  const firstNumbers = new Map(imports.functions.map((_, index) => [index, index]));
  const load = imported;
  kept.forEach((index, each) => firstNumbers.set(index, imported + 1 + each));
  [...places.keys()].forEach((index, each) => firstNumbers.set(index, imported + 1 + kept.length + each));
  const standIns = [...places].map(([index, place]) => standIn(types[functions[index]], functions[index], load, place));

  const usedByRest = new Set(moved.flatMap((index) => calls[index - imported].filter((callee) => first.has(callee))));
  const lent = [...usedByRest].map((index, each) => ({ name: each.toString(36), kind: FUNCTION, index: firstNumbers.get(index), type: functions[index], callee: index }));
  const shared = [
    ...whole.tables.map((described, index) => ({ name: `table ${index}`, kind: TABLE, index, described: index === 0 ? tableOf(whole.table, added.length) : described })),
    ...whole.memories.map((described, index) => ({ name: `memory ${index}`, kind: MEMORY, index, described })),
    ...whole.globals.map((described, index) => ({ name: `global ${index}`, kind: GLOBAL, index, described })),
  ];

  const emptyType = types.findIndex((type) => type.parameters.length === 0 && type.results.length === 0);
  if (emptyType < 0) throw new Error("no function is without parameters and results, as the import that brings the rest is");
  const firstSections = new Map(whole.sections);
  firstSections.set(SECTION.import, list([...imports.all, Buffer.concat([name(loadModule), name(loadName), Buffer.from([FUNCTION]), unsigned(emptyType)])]));
  firstSections.set(SECTION.function, list([...kept, ...places.keys()].map((index) => unsigned(functions[index]))));
  firstSections.set(SECTION.table, list([tableOf(whole.table, added.length), ...whole.tables.slice(1)]));
  firstSections.set(SECTION.export, list([
    ...whole.exports.map((each) => exportOf(each.name, each.kind, each.kind === FUNCTION ? firstNumbers.get(each.index) : each.index)),
    ...[...lent, ...shared].map((each) => exportOf(each.name, each.kind, each.index)),
  ]));
  if (whole.start !== undefined) firstSections.set(SECTION.start, unsigned(firstNumbers.get(whole.start)));
  firstSections.set(SECTION.element, list([
    ...whole.elements.map((element) => elementOf(element.offset, element.functions.map((index) => firstNumbers.get(index)))),
    ...(added.length > 0 ? [elementOf(whole.table.least, added.map((index) => firstNumbers.get(index)))] : []),
  ]));
  const inFirst = (index) => (first.has(index) ? { index: firstNumbers.get(index) } : { place: places.get(index), type: functions[index] });
  firstSections.set(SECTION.code, list([...kept.map((index) => withLength(renumberFunctions(whole.bodies[index - imported], inFirst))), ...standIns.map(withLength)]));

  const restNumbers = new Map(lent.map((each, index) => [each.callee, index]));
  moved.forEach((index, each) => restNumbers.set(index, lent.length + each));
  const rest = writeModule(new Map([
    [SECTION.type, whole.sections.get(SECTION.type)],
    [SECTION.import, list([
      ...lent.map((each) => Buffer.concat([name(FIRST), name(each.name), Buffer.from([FUNCTION]), unsigned(each.type)])),
      ...shared.map((each) => Buffer.concat([name(FIRST), name(each.name), Buffer.from([each.kind]), each.described])),
    ])],
    [SECTION.function, list(moved.map((index) => unsigned(functions[index])))],
    [SECTION.element, list(runs(places).map((run) => elementOf(run.offset, run.functions.map((index) => restNumbers.get(index)))))],
    [SECTION.code, list(moved.map((index) => withLength(renumberFunctions(whole.bodies[index - imported], (callee) => ({ index: restNumbers.get(callee) })))))],
  ]));
  return { first: writeModule(firstSections), rest };
}

/** Small functions come first and beside those like them, which packs better; the order of the others isn't changed. */
function inPackingOrder(indexes, bodyOf) {
  const isSmall = (index) => bodyOf(index).length < SMALL_BYTES;
  const small = indexes.filter(isSmall).sort((one, other) => bodyOf(one).length - bodyOf(other).length || Buffer.compare(bodyOf(one), bodyOf(other)));
  return [...small, ...indexes.filter((index) => !isSmall(index))];
}

/** The parts of a module that are changed when it is taken apart. */
function dissect(bytes) {
  const { sections, functionNames: names } = readModule(bytes);
  const section = (id, item) => (sections.has(id) ? new Reader(sections.get(id)).list(item) : []);
  const imports = { all: [], functions: [] };
  section(SECTION.import, (reader) => {
    const from = reader.at;
    reader.name();
    reader.name();
    const kind = reader.byte();
    if (kind !== FUNCTION) throw new Error("only functions are imported");
    imports.functions.push(reader.unsigned());
    imports.all.push(reader.bytes.subarray(from, reader.at));
  });
  const described = (skip) => (reader) => {
    const from = reader.at;
    skip(reader);
    return reader.bytes.subarray(from, reader.at);
  };
  const limits = (reader) => {
    const bounded = reader.byte() === 1;
    const least = reader.unsigned();
    return { least, most: bounded ? reader.unsigned() : undefined };
  };
  const tables = section(SECTION.table, described((reader) => (reader.byte(), limits(reader))));
  const tableReader = new Reader(tables[0]);
  const tableType = tableReader.byte();
  return {
    sections,
    names,
    imports,
    types: section(SECTION.type, (reader) => {
      if (reader.byte() !== 0x60) throw new Error("a type that isn't a function's");
      return { parameters: reader.list((each) => each.byte()), results: reader.list((each) => each.byte()) };
    }),
    functions: [...imports.functions, ...section(SECTION.function, (reader) => reader.unsigned())],
    tables,
    table: { type: tableType, ...limits(tableReader) },
    memories: section(SECTION.memory, described(limits)),
    globals: section(SECTION.global, (reader) => {
      const type = reader.take(2);
      if (reader.byte() !== 0x41) throw new Error("a global that doesn't begin as an i32");
      reader.skipNumber();
      reader.byte();
      return type;
    }),
    exports: section(SECTION.export, (reader) => ({ name: reader.name(), kind: reader.byte(), index: reader.unsigned() })),
    start: sections.has(SECTION.start) ? new Reader(sections.get(SECTION.start)).unsigned() : undefined,
    elements: section(SECTION.element, (reader) => {
      if (reader.unsigned() !== 0 || reader.byte() !== 0x41) throw new Error("an element segment of a kind that isn't known");
      const offset = reader.unsigned();
      reader.byte();
      return { offset, functions: reader.list((each) => each.unsigned()) };
    }),
    bodies: section(SECTION.code, (reader) => reader.take(reader.unsigned())),
  };
}

function calledBy(body) {
  const callees = [];
  renumberFunctions(body, (index) => {
    callees.push(index);
    return { index };
  });
  return callees;
}

function standIn(type, typeIndex, load, place) {
  const parameters = type.parameters.map((_, index) => Buffer.concat([Buffer.from([0x20]), unsigned(index)]));
  return Buffer.concat([unsigned(0), Buffer.from([0x10]), unsigned(load), ...parameters, Buffer.from([0x41]), signed(place), Buffer.from([0x11]), unsigned(typeIndex), unsigned(0), Buffer.from([0x0b])]);
}

function tableOf(table, more) {
  const most = table.most === undefined ? [] : [unsigned(table.most + more)];
  return Buffer.concat([Buffer.from([table.type, most.length]), unsigned(table.least + more), ...most]);
}

const exportOf = (called, kind, index) => Buffer.concat([name(called), Buffer.from([kind]), unsigned(index)]);
const elementOf = (offset, functions) => Buffer.concat([unsigned(0), Buffer.from([0x41]), signed(offset), Buffer.from([0x0b]), list(functions.map(unsigned))]);

/** Functions by place as runs of neighbours. */
function runs(places) {
  const found = [];
  for (const [index, place] of [...places].sort((one, other) => one[1] - other[1])) {
    const last = found.at(-1);
    if (last && last.offset + last.functions.length === place) last.functions.push(index);
    else found.push({ offset: place, functions: [index] });
  }
  return found;
}
