// What the phone keeps until it is sent: IndexedDB, one database an account, so that nobody sends what somebody else wrote.
const STORES = { outbox: { keyPath: "seq", autoIncrement: true }, photos: { keyPath: "id" }, drafts: {}, kept: {} };

export function open_keep(account) {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(`gridmap-phone-${account}`, 1);
    asked.onupgradeneeded = () => { for (const [name, how] of Object.entries(STORES)) asked.result.createObjectStore(name, how); };
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => resolve(new Keep(asked.result));
  });
}

class Keep {
  constructor(database) {
    this.database = database;
  }

  // Resolved when it lies on the disk, not before.
  #run(stores, mode, deed) {
    return new Promise((resolve, reject) => {
      const work = this.database.transaction(stores, mode, { durability: "strict" });
      const answer = deed((name) => work.objectStore(name));
      work.oncomplete = () => resolve(answer?.result);
      work.onabort = work.onerror = () => reject(work.error);
    });
  }

  all(store) { return this.#run([store], "readonly", (of) => of(store).getAll()); }
  get(store, key) { return this.#run([store], "readonly", (of) => of(store).get(key)); }
  put(store, value, key) { return this.#run([store], "readwrite", (of) => (key === undefined ? of(store).put(value) : of(store).put(value, key))); }
  remove(store, key) { return this.#run([store], "readwrite", (of) => of(store).delete(key)); }

  // A photo and its place in the queue, a form and the end of its draft: both or neither.
  add_photo(photo, entry) {
    return this.#run(["photos", "outbox"], "readwrite", (of) => { of("photos").put(photo); return of("outbox").add(entry); });
  }

  add_action(entry, draft) {
    return this.#run(["drafts", "outbox"], "readwrite", (of) => { of("drafts").delete(draft); return of("outbox").add(entry); });
  }

  drop_photo(photo, seq) {
    return this.#run(["photos", "outbox"], "readwrite", (of) => { of("outbox").delete(seq); return of("photos").delete(photo); });
  }

  sent_photo(photo, seq) {
    return this.#run(["photos", "outbox"], "readwrite", (of) => { of("outbox").delete(seq); return of("photos").put(photo); });
  }
}
