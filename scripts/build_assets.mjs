// Build static/dist: content-hashed files and manifest.json, from npm packages and our own static/css, js and img.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(root, "static/dist");

/** Every file below a folder whose name ends in one of the endings. */
async function files(folder, endings) {
  const found = await readdir(join(root, folder), { recursive: true }).catch(() => []);
  return found.filter((name) => endings.includes(extname(name))).map((name) => join(root, folder, name));
}

/** The words that appear in our templates, scripts and Python: the only class names a page can have. */
async function wordsInUse() {
  const sources = [
    ...(await files("templates", [".html"])),
    ...(await files("static/js", [".js"])),
    ...(await files("roadmap", [".py", ".html"])),
  ];
  const texts = await Promise.all(sources.map((name) => readFile(name, "utf8")));
  return new Set(texts.join(" ").match(/[\w-]+/g) ?? []);
}

/** Split a style sheet into its top-level statements: {head, body}, body null for a statement without a block. */
function statements(css) {
  const parts = [];
  let start = 0, depth = 0, open = 0, quote = "";
  for (let at = 0; at < css.length; at++) {
    const char = css[at];
    if (quote) {
      if (char === "\\") at++;
      else if (char === quote) quote = "";
    } else if (char === '"' || char === "'") quote = char;
    else if (char === "{" && depth++ === 0) open = at;
    else if (char === "}" && --depth === 0) {
      parts.push({ head: css.slice(start, open).trim(), body: css.slice(open + 1, at) });
      start = at + 1;
    } else if (char === ";" && depth === 0) {
      parts.push({ head: css.slice(start, at).trim(), body: null });
      start = at + 1;
    }
  }
  return parts;
}

/** The selectors of a list, split at the commas that are not inside parentheses. */
function selectorsOf(head) {
  const list = [""];
  let depth = 0;
  for (const char of head) {
    depth += { "(": 1, ")": -1 }[char] ?? 0;
    if (char === "," && depth === 0) list.push("");
    else list[list.length - 1] += char;
  }
  return list;
}

/** Keep of a style sheet only the rules that could match: the classes and data attributes of a selector are in use. */
function prune(css, words) {
  let kept = "";
  for (const { head, body } of statements(css)) {
    if (body === null) kept += `${head};`;
    else if (/^@(media|supports|layer)/.test(head)) {
      const inner = prune(body, words);
      if (inner) kept += `${head}{${inner}}`;
    } else if (head.startsWith("@")) kept += `${head}{${body}}`;
    else {
      const needs = (selector) => selector.match(/(?<=\.)[a-z][\w-]*|(?<=\[)data-[\w-]+/gi) ?? [];
      const live = selectorsOf(head).filter((selector) => needs(selector).every((name) => words.has(name)));
      if (live.length) kept += `${live.join(",")}{${body}}`;
    }
  }
  return kept;
}

/** An esbuild plugin: Tabler comes in whole from npm and goes out with only the rules our pages can use. */
const tablerInUse = {
  name: "tabler-in-use",
  setup(hooks) {
    hooks.onLoad({ filter: /tabler(\.min)?\.css$/ }, async ({ path }) => {
      const css = (await readFile(path, "utf8")).replace(/\/\*[\s\S]*?\*\//g, "");
      return { contents: prune(css, await wordsInUse()), loader: "css", resolveDir: dirname(path) };
    });
  },
};

/** Bundle our entry points; answer the names a template asks for with the hashed names they became. */
async function bundle() {
  const result = await build({
    absWorkingDir: root,
    entryPoints: {
      app: "static/css/app.css",
      main: "static/js/app.js",
      theme: "static/js/theme.js",
    },
    outdir: out,
    bundle: true,
    minify: true,
    metafile: true,
    write: false,
    legalComments: "none",
    entryNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    loader: { ".woff2": "file", ".svg": "file" },
    plugins: [tablerInUse],
    logLevel: "warning",
  });
  const names = {};
  for (const [path, meta] of Object.entries(result.metafile.outputs)) {
    if (meta.entryPoint) names[basename(meta.entryPoint)] = basename(path);
  }
  return { names, outputs: result.outputFiles.map((file) => [basename(file.path), file.contents]) };
}

/** Copy the pictures, and the scripts that come as they are, under hashed names. */
async function copies() {
  const names = {}, outputs = [];
  const sources = { "htmx.js": join(root, "node_modules/htmx.org/dist/htmx.min.js") };
  for (const path of await files("static/img", [".svg", ".png", ".ico"])) {
    sources[relative(join(root, "static/img"), path).replaceAll("\\", "/").replaceAll("/", "-")] = path;
  }
  for (const [name, path] of Object.entries(sources)) {
    const contents = await readFile(path);
    const hash = createHash("sha256").update(contents).digest("hex").slice(0, 8).toUpperCase();
    names[name] = `${basename(name, extname(name))}-${hash}${extname(name)}`;
    outputs.push([names[name], contents]);
  }
  return { names, outputs };
}

const parts = [await bundle(), await copies()];
const manifest = Object.assign({}, ...parts.map((part) => part.names));
const outputs = new Map(parts.flatMap((part) => part.outputs));
outputs.set("manifest.json", `${JSON.stringify(manifest, Object.keys(manifest).sort(), 2)}\n`);

await mkdir(out, { recursive: true });
const present = new Set(await readdir(out));
// The manifest last: a server that reads it while we build never meets a name that is not there yet.
for (const [name, contents] of outputs) {
  if (name === "manifest.json" || !present.has(name)) await writeFile(join(out, name), contents);
}
for (const name of present) {
  if (!outputs.has(name)) await rm(join(out, name), { recursive: true });
}
