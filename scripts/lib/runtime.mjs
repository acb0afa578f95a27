// Finds the Node.js that runs the product. Everything in scripts/ itself must run on an older one (Debian ships 20).
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const MINIMUM = [24, 6]

export function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])
}

/** The running Node if it is new enough, else the one that npm installed for this platform; undefined before installation. */
export function findNode(root) {
  if (isNewEnough(process.versions.node)) return process.execPath
  const bundled = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')
  return existsSync(bundled) ? bundled : undefined
}

export function requireNode(root) {
  const node = findNode(root)
  if (node) return node
  fail(
    `Node.js ${process.versions.node} is too old and no bundled one exists for ${process.platform}-${process.arch}`,
    `install Node.js ${MINIMUM.join('.')} or newer`,
  )
}

/** An environment in which `#!/usr/bin/env node` tools find the right runtime, and cargo is found where rustup puts it. */
export function toolEnvironment(root, node) {
  const cargo = process.env.HOME ? [join(process.env.HOME, '.cargo', 'bin')] : []
  const path = [join(root, 'node_modules', '.bin'), join(node, '..'), process.env.PATH ?? '', ...cargo]
  return { ...process.env, PATH: path.join(delimiter) }
}

export function fail(message, remedy) {
  process.stderr.write(`error: ${message}; ${remedy}\n`)
  process.exit(78)
}
