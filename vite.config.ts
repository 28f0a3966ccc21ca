import { reactRouter } from "@react-router/dev/vite";
import { createHash } from "node:crypto";
import { isBuiltin } from "node:module";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

/**
 * One build, two outputs: `build/client` (what browsers load) and `build/server` (the Worker).
 *
 * The server bundle's entry is the Worker itself; the Worker imports React Router's server build as a
 * virtual module. Everything is bundled, because a Worker has no node_modules beside it; only what the
 * runtime itself provides (`cloudflare:*` and `node:*`) stays an import.
 */
export default defineConfig(({ command }) => ({
  plugins: [runtimeModules(), documentsWithoutFiles(), messagesByLanguage(), reactRouter()],
  build: {
    target: "es2024",
    sourcemap: false,
    // A page that loads nothing from anywhere else has no use for the polyfill's inline script.
    modulePreload: { polyfill: false },
    // The content security policy has no `data:` for scripts and fonts; small files stay files.
    assetsInlineLimit: 0,
  },
  environments: {
    client: {
      build: {
        rollupOptions: {
          output: {
            // What nearly every page uses travels in two files instead of forty: each has headers and a dictionary of its own.
            codeSplitting: {
              groups: [
                { name: "framework", test: /[\\/]node_modules[\\/](?:react|react-dom|react-router|scheduler|cookie-es)[\\/]/, priority: 2 },
                { name: "pages", test: isCommon, priority: 1 },
              ],
            },
          },
        },
      },
    },
    ssr: {
      resolve: {
        noExternal: true,
        conditions: ["workerd", "worker", "edge-light", "module", "import", "default"],
        builtins: [/^cloudflare:/, /^node:/],
      },
      ...(command === "build"
        ? { define: { "process.env.NODE_ENV": JSON.stringify("production") } }
        : {}),
      build: {
        rollupOptions: {
          input: { index: "worker/index.ts" },
          output: { chunkFileNames: "chunks/[name]-[hash].js" },
        },
      },
    },
  },
}));

/** Our own modules that a customer's pages share. What only the staff see stays in files of its own. */
function isCommon(id: string): boolean {
  const path = id.replaceAll("\\", "/");
  if (/\/domain\/(?:live\/messages|money\/cents|calendar\/local-date|metering\/units|lifecycle\/request)\.ts$/.test(path)) return true;
  return /\/app\/(?:components|charts|format|i18n|live)\//.test(path) && !/staff-shell|command-palette|keys|progress|stat\.|tou-map|tier-steps|meter-story/.test(path);
}

/** Sends `crypto`, `stream` and the like, as older packages write them, to the `node:` modules of the runtime. */
function runtimeModules(): Plugin {
  return {
    name: "meterline:runtime-modules",
    enforce: "pre",
    applyToEnvironment: (environment) => environment.name === "ssr",
    resolveId(id) {
      if (id.startsWith("cloudflare:")) return { id, external: true };
      if (isBuiltin(id)) return { id: id.startsWith("node:") ? id : `node:${id}`, external: true };
      return null;
    },
  };
}

/**
 * pdfkit looks for a colour profile beside its own file as soon as it is loaded. In a Worker there is no such place, and
 * only PDF/A, which we do not write, would need it.
 */
function documentsWithoutFiles(): Plugin {
  const lookup = /new URL\('\.\/data\/[\w.]+', import\.meta\.url\)\.href/;
  return {
    name: "meterline:documents-without-files",
    applyToEnvironment: (environment) => environment.name === "ssr",
    transform(code, id) {
      if (!id.endsWith("pdfkit/js/pdfkit.browser.mjs")) return null;
      if (!lookup.test(code)) throw new Error("pdfkit does not look for its colour profile as it did: see whether this step is still needed");
      return { code: code.replace(lookup, '""'), map: null };
    },
  };
}

/**
 * The catalogue has two languages side by side, and a page speaks one. Browsers get the words of theirs as a file of its
 * own, and an empty catalogue that `loadMessages` fills from it before anything is rendered.
 */
function messagesByLanguage(): Plugin {
  const catalogue = fileURLToPath(new URL("app/i18n/catalogue.ts", import.meta.url));
  const files = async () => {
    const { catalogue: messages } = (await import(catalogue)) as { catalogue: Record<string, Record<string, unknown>> };
    return ["en", "es"].map((language) => {
      const code = `export default ${JSON.stringify(Object.fromEntries(Object.entries(messages).map(([key, text]) => [key, text[language]])))};\n`;
      return { language, code, fileName: `assets/messages-${language}-${createHash("sha256").update(code).digest("base64url").slice(0, 8)}.js` };
    });
  };
  return {
    name: "meterline:messages-by-language",
    enforce: "pre",
    resolveId: (id) => (id === "virtual:messages" ? "\0virtual:messages" : null),
    async load(id) {
      if (id === "\0virtual:messages") return `export const messageFiles = ${JSON.stringify(Object.fromEntries((await files()).map(({ language, fileName }) => [language, `/${fileName}`])))};`;
      return id === catalogue && this.environment.name === "client" ? "export const catalogue = {};" : null;
    },
    async generateBundle() {
      if (this.environment.name !== "client") return;
      for (const { fileName, code } of await files()) this.emitFile({ type: "asset", fileName, source: code });
    },
  };
}
