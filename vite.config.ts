import { reactRouter } from "@react-router/dev/vite";
import { isBuiltin } from "node:module";
import { defineConfig, type Plugin } from "vite";

/**
 * One build, two outputs: `build/client` (what browsers load) and `build/server` (the Worker).
 *
 * The server bundle's entry is the Worker itself; the Worker imports React Router's server build as a
 * virtual module. Everything is bundled, because a Worker has no node_modules beside it; only what the
 * runtime itself provides (`cloudflare:*` and `node:*`) stays an import.
 */
export default defineConfig(({ command }) => ({
  plugins: [runtimeModules(), documentsWithoutFiles(), reactRouter()],
  build: {
    target: "es2024",
    sourcemap: false,
    // A page that loads nothing from anywhere else has no use for the polyfill's inline script.
    modulePreload: { polyfill: false },
    // The content security policy has no `data:` for scripts and fonts; small files stay files.
    assetsInlineLimit: 0,
  },
  environments: {
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
