#!/usr/bin/env node
// Entry of the `montana` command. In a source checkout it first brings the build up to date; then it continues on a
// Node.js that is new enough, the running one or the one that npm installed.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const packageRoot = join(dirname(fileURLToPath(import.meta.url)), '..')
const root = join(packageRoot, '..', '..')
const main = join(packageRoot, 'dist', 'main.js')
const args = process.argv.slice(2)

const setup = join(root, 'scripts', 'lib', 'setup.mjs')
const node = existsSync(setup) ? await (await import(setup)).ensureReady(root) : process.execPath
const isNode = args.includes('start')
const runtime = isNode ? await import('@montana/node/runtime-flags') : undefined
const flags = runtime?.NODE_FLAGS ?? []
const env = { ...runtime?.NODE_ENVIRONMENT, ...process.env }

if (node !== process.execPath) {
  const { runForeground } = await import(join(root, 'scripts', 'lib', 'process.mjs'))
  process.exitCode = await runForeground(node, [...flags, main, ...args], { env })
} else if (flags.length > 0 && process.execve) {
  // Same process, new image: flags of the heap can only be given at its start.
  process.removeAllListeners('warning')
  process.execve(node, [node, ...flags, main, ...args], env)
} else await import(main)
