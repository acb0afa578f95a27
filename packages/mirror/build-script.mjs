// Bundles the compiled sentinel into dist/sentinel.mjs: one file without dependencies, the same bytes for the same input.
// Another folder may be named, so that a second build can be compared with the first.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'vite'

const FILE = 'sentinel.mjs'
const folder = resolve(process.argv[2] ?? join(import.meta.dirname, 'dist'))

await build({
  configFile: false,
  root: import.meta.dirname,
  logLevel: 'warn',
  ssr: { noExternal: true, target: 'node' },
  build: {
    outDir: folder,
    emptyOutDir: false,
    copyPublicDir: false,
    ssr: join(import.meta.dirname, 'dist', 'script', 'main.js'),
    target: 'node22',
    // People review what is committed to their repository, and compare it from version to version.
    minify: false,
    sourcemap: false,
    rolldownOptions: { output: { entryFileNames: FILE, codeSplitting: false } },
  },
})

const file = join(folder, FILE)
const text = readFileSync(file, 'utf8')
const hash = createHash('sha256').update(text).digest('hex')
writeFileSync(file, `// Montana sentinel; sha256 of everything below this line: ${hash}\n${text}`)
