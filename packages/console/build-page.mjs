// Builds the page into dist/page, where the server looks for it: plain files that ask nobody but their own origin.
import { join } from 'node:path'
import { build } from 'vite'

await build({
  configFile: false,
  root: join(import.meta.dirname, 'page'),
  base: '/',
  logLevel: 'warn',
  build: {
    rollupOptions: { input: ['index.html', 'docs.html'].map((name) => join(import.meta.dirname, 'page', name)) },
    outDir: join(import.meta.dirname, 'dist', 'page'),
    emptyOutDir: true,
    // The policy of the page refuses data: addresses, and there is no browser to polyfill for.
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
  },
})
