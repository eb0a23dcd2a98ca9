// Where src/web/shelf.rs keeps a person's own work from visit to visit: IndexedDB, which holds more than a page may otherwise keep, and into which
// several tabs can write. A work is {id, at, text}; `at` is when it was edited last, in milliseconds since the Unix epoch.
const STORE = "works";
/** More works than these are not kept; the oldest go. */
const MOST = 30;
/** A browser that has not answered by then (milliseconds) keeps nothing for us. */
const PATIENCE_MS = 1500;

const within = (promise) => Promise.race([promise, new Promise((_, reject) => setTimeout(reject, PATIENCE_MS))]);

// Begun at once, so that it is open by the time that the program is there. Where storage is blocked, it is refused or throws.
const database = new Promise((resolve, reject) => {
  const request = indexedDB.open("kubarium", 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" }).createIndex("at", "at");
  request.onsuccess = () => resolve(request.result);
  request.onerror = reject;
});

/** Does something in one transaction; resolves once it is on the disk, to what `act` put into its second argument. */
const transact = (mode, act) =>
  within(
    database.then(
      (open) =>
        new Promise((resolve, reject) => {
          const [transaction, answer] = [open.transaction(STORE, mode), {}];
          transaction.oncomplete = () => resolve(answer);
          transaction.onabort = reject;
          act(transaction.objectStore(STORE), answer);
        }),
    ),
  );

const read = transact("readonly", (store, answer) => {
  answer.request = store.index("at").getAll();
}).then(
  ({ request }) => request.result.reverse().map(({ id, at, text }) => [id, at, text]),
  () => [],
);

/** All works, the latest first, each as [id, at, text]; none where the browser keeps nothing. */
export const keptWorks = () => read;

/**
 * Keeps a work; resolves to its id, or to nothing where it will be gone with the page. `before` is the time at which it was last kept from here:
 * where another tab has gone on with it since, this becomes a work of its own.
 */
export const keepWork = (id, before, at, text) =>
  transact("readwrite", (store, answer) => {
    store.get(id).onsuccess = ({ target }) => {
      answer.id = (target.result?.at ?? before) === before ? id : id + Math.random();
      store.put({ id: answer.id, at, text });
      store.index("at").getAllKeys().onsuccess = ({ target }) => target.result.slice(0, -MOST).forEach((old) => store.delete(old));
    };
  }).then(
    (answer) => answer.id,
    () => null,
  );
