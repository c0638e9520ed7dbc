// A request as a plugin sees it.

import { Problem } from "./problem.js";
import { decode, encode } from "./utf8.js";

export class Request {
  constructor({ method, path, query = [], headers = [], language = "fr", body = new Uint8Array(), form = [] }, parameters = {}) {
    Object.assign(this, { method, path, query, headers, language, body, form, parameters });
  }

  /** A GET of a path, as tests write it. */
  static get(path) {
    return new Request({ method: "GET", path });
  }

  /** A POST of a form, as tests write it: `{ text: "Olives" }`; a list sends a field several times. */
  static post(path, fields = {}) {
    const form = Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)]));
    return new Request({ method: "POST", path, form });
  }

  /** A POST of a JSON document, as tests write it. */
  static postJson(path, body) {
    return new Request({ method: "POST", path, body: encode(JSON.stringify(body)) });
  }

  /** The same request in another language. */
  inLanguage(language) {
    return new Request({ ...this, language }, this.parameters);
  }

  /** The same request with a value in its query. */
  withQuery(name, value) {
    return new Request({ ...this, query: [...this.query, [name, String(value)]] }, this.parameters);
  }

  /** A part of the path that the route names in braces; empty when it names none so. */
  parameter(name) {
    return this.parameters[name] ?? "";
  }

  /** A value of the query. */
  queryValue(name) {
    return first(this.query, name);
  }

  /** A field of the form. */
  formValue(name) {
    return first(this.form, name);
  }

  /** A header, by its name in small letters. */
  header(name) {
    return first(this.headers, name);
  }

  /** The body, read as JSON. */
  json() {
    try {
      return JSON.parse(decode(this.body));
    } catch (cause) {
      throw Problem.badRequest(`the body is not understood: ${cause.message}`);
    }
  }

  /** The form, held to its rules: see `form`. */
  readForm(rules) {
    return rules.read(this.form);
  }

  /** What stands behind the `?`, held to rules. */
  readQuery(rules) {
    return rules.read(this.query);
  }
}

function first(pairs, wanted) {
  return pairs.find(([name]) => name === wanted)?.[1];
}
