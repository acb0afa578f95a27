// Bundles the compiled sentinel into dist/sentinel.mjs: one file without dependencies, the same bytes for the same input.
// Another folder may be named, so that a second build can be compared with the first.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'vite'

const FILE = 'sentinel.mjs'
/** Before anything else is evaluated: libraries use what an older Node does not have, and would end with a trace. */
const NODE_MIN = 22
const CONFIG = 78
const banner = `if (Number.parseInt(process.versions.node, 10) < ${NODE_MIN}) {
	process.stderr.write("error: Node " + process.versions.node + " is too old; run it with Node ${NODE_MIN} or newer: actions/setup-node before this step\\n");
	process.exit(${CONFIG});
}`
const folder = resolve(process.argv[2] ?? join(import.meta.dirname, 'dist'))

// The bundler names each module in a comment, by its way from here.
process.chdir(import.meta.dirname)

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
    target: `node${NODE_MIN}`,
    // People review what is committed to their repository, and compare it from version to version.
    minify: false,
    sourcemap: false,
    rolldownOptions: { output: { entryFileNames: FILE, codeSplitting: false, banner } },
  },
})

const file = join(folder, FILE)
const text = readFileSync(file, 'utf8')
const hash = createHash('sha256').update(text).digest('hex')
writeFileSync(file, `// Montana sentinel; sha256 of everything below this line: ${hash}\n${text}`)
