// Builds the page into dist/page, where the server looks for it, and the static page of the explorer into dist/static-page:
// plain files that ask nobody but their own origin.
import { join } from 'node:path'
import { build } from 'vite'

const folder = import.meta.dirname
const common = { configFile: false, logLevel: 'warn' }
const PAGES = ['index.html', 'docs.html'].map((name) => join(folder, 'page', name))
const output = {
  emptyOutDir: true,
  // The policy of the pages refuses data: addresses, and there is no browser to polyfill for.
  assetsInlineLimit: 0,
  modulePreload: false,
  reportCompressedSize: false,
}

await build({
  ...common,
  root: join(folder, 'page'),
  base: '/',
  build: { ...output, outDir: join(folder, 'dist', 'page'), rolldownOptions: { input: PAGES } },
})

// The page beside data.json is hosted elsewhere, below any path; an export replaces its files by name.
const plain = { entryFileNames: 'explorer.js', assetFileNames: 'explorer[extname]' }
await build({
  ...common,
  root: join(folder, 'page', 'static'),
  publicDir: join(folder, 'page', 'public'),
  base: './',
  build: { ...output, outDir: join(folder, 'dist', 'static-page'), rolldownOptions: { output: plain } },
})
