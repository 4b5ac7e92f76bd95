// Questions to Rust about the text. One is under way at a time; of those that wait, one of each kind.

export class Questions {
  #onAsk;
  #id = 0;
  #asked = null;
  #waiting = new Map();

  constructor(onAsk) {
    this.#onAsk = onAsk;
  }

  /** `what` is a word for a `HelpOn` of protocol.rs; the promise is of `Help` there, or null where there is nothing to
   * say. A newer question of the same kind takes the place of the older, which comes to nothing: undefined. */
  ask(what, at, { text = "", kind = what } = {}) {
    if (!this.#onAsk) return Promise.resolve(null);
    this.#waiting.get(kind)?.resolve();
    if (this.#asked?.kind === kind) this.#settle();
    return new Promise((resolve) => {
      this.#waiting.set(kind, { what, at, text, kind, resolve });
      this.#next();
    });
  }

  answer(id, help) {
    if (id !== this.#id || !this.#asked) return;
    this.#settle(help ?? null);
    // Not from within Rust's answer.
    queueMicrotask(() => this.#next());
  }

  /** The text is another: whatever was asked comes to nothing. */
  forget() {
    this.#settle();
    for (const { resolve } of this.#waiting.values()) resolve();
    this.#waiting.clear();
  }

  /** Nobody is there to be asked any more: CodeMirror's own timers may outlive the view. */
  close() {
    this.#onAsk = null;
    this.forget();
  }

  #settle(help) {
    this.#asked?.resolve(help);
    this.#asked = null;
  }

  #next() {
    const [question] = this.#waiting.values();
    if (this.#asked || !question) return;
    this.#waiting.delete(question.kind);
    this.#asked = question;
    this.#id++;
    this.#onAsk(this.#id, question.what, question.at, question.text);
  }
}
