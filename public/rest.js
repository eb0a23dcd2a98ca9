// The second part of the program: what isn't needed to open the page (tools/finish.mjs says what that is). It is fetched as soon as the page can be
// used. Should something of it be wanted before it is there, the program waits for it, so that nothing in it has to know of its two parts.
const address = new URL("rest.wasm", import.meta.url);
let isHere = false;
let tell;
/** Kept once the rest is there, or can't be had: the page's clock waits for it (src/web/rest.rs). */
globalThis.kubariumRest = new Promise((resolve) => (tell = resolve));

function add(module, first) {
  if (isHere) return;
  new WebAssembly.Instance(module, { first }); // puts its functions into the table of the first part
  isHere = true;
  performance.mark("kubarium-whole");
}

/** Fetches the rest and adds it to the first part, of which these are the exports. What fails is tried again by `loadRest`. */
export async function fetchRest(first) {
  try {
    add(await WebAssembly.compileStreaming(fetch(address)).catch(compileUnnamed), first);
  } catch (error) {
    console.warn(error);
  }
  tell();
}

/** For hosts that don't say of the file that it is application/wasm. */
async function compileUnnamed() {
  const response = await fetch(address);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** Brings the rest now. Only a synchronous request can do so in the middle of a call, and such a one gives bytes as characters only. */
export function loadRest(first) {
  if (isHere) return;
  let characters;
  try {
    const request = new XMLHttpRequest();
    request.open("GET", address, false);
    request.overrideMimeType("text/plain; charset=x-user-defined");
    request.send();
    if (request.status === 200) characters = request.responseText;
  } catch {}
  if (characters === undefined) throw new WebAssembly.RuntimeError("A part of the page could not be fetched; please load it again.");
  add(new WebAssembly.Module(Uint8Array.from(characters, (character) => character.charCodeAt(0) & 0xff)), first);
}
