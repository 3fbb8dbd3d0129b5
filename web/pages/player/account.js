// Who listens: signed in by the session cookie, which only the server reads.

import { LOGIN, LOGOUT, ME, REFRESH, REGISTER } from "./documents.js";
import { button, element } from "./elements.js";
import { ask, reconnect } from "./graphql.js";

const TOKEN = "tutti.refresh";
const RENEW_EVERY = 10 * 60 * 1000;

export class Account {
  user = null;

  constructor(place, onchange, ontrouble) {
    this.place = place;
    this.onchange = onchange;
    this.ontrouble = ontrouble;
  }

  /** Come back as whoever was here before. */
  async begin() {
    await this.#renew();
    setInterval(() => this.#renew(), RENEW_EVERY);
    await this.#changed();
  }

  async #renew() {
    const refreshToken = localStorage.getItem(TOKEN);
    if (refreshToken === null) return;
    // Tabs share the token, and it is good for one renewal: one tab at a time.
    await navigator.locks.request(TOKEN, async () => {
      const current = localStorage.getItem(TOKEN);
      if (current === null || current !== refreshToken) return;
      try {
        this.#keep((await ask(REFRESH, { refreshToken })).refreshSession);
      } catch {
        localStorage.removeItem(TOKEN);
      }
    });
  }

  #keep({ refreshToken }) {
    localStorage.setItem(TOKEN, refreshToken);
  }

  async #changed() {
    this.user = (await ask(ME)).me?.user ?? null;
    reconnect();
    await this.onchange(this.user);
    this.#show();
  }

  #show() {
    if (this.user === null) {
      this.place.replaceChildren(this.#form());
      return;
    }
    const leave = async () => {
      await ask(LOGOUT);
      localStorage.removeItem(TOKEN);
      await this.#changed();
    };
    this.place.replaceChildren(
      element("span", { class: "name" }, this.user.displayName),
      button("Sign out", () => this.#trying(leave)),
    );
  }

  #form() {
    const field = (name, type, label, complete) =>
      element("input", { name, type, placeholder: label, "aria-label": label, autocomplete: complete, required: true });
    const email = field("email", "email", "Email", "email");
    const password = field("password", "password", "Password", "current-password");
    const enter = async () => {
      this.#keep((await ask(LOGIN, { email: email.value, password: password.value })).login);
      await this.#changed();
    };
    const register = async () => {
      const username = email.value.split("@")[0].replace(/[^a-z0-9_]/gi, "_").toLowerCase();
      await ask(REGISTER, { email: email.value, password: password.value, username });
      await enter();
    };
    const onsubmit = (event) => {
      event.preventDefault();
      void this.#trying(enter);
    };
    return element(
      "form",
      { onsubmit, "aria-label": "Account" },
      email,
      password,
      element("button", { type: "submit" }, "Sign in"),
      button("Register", () => this.#trying(register)),
    );
  }

  async #trying(work) {
    try {
      await work();
    } catch (error) {
      this.ontrouble(error);
    }
  }
}
