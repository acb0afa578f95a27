// Brings a checkout from any state to "ready to run": dependencies, native addon, compiled TypeScript, the web page.
// Each step is skipped when its inputs have not changed.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { withLock } from './lock.mjs'
import { query, runStep } from './process.mjs'
import { fail, requireNode, toolEnvironment } from './runtime.mjs'
import { hashFiles, readStamp, writeStamp } from './stamp.mjs'

const NATIVE_PIECES = [
  { folder: 'native', required: true },
  { folder: 'test/bench-peers/native', required: false },
]

/** Does whatever is missing and returns the Node executable to run the product with. */
export async function ensureReady(root, { bench = false } = {}) {
  return await withLock(root, () => {
    ensureInstalled(root)
    const node = requireNode(root)
    for (const piece of NATIVE_PIECES) if (piece.required || bench) ensureNative(root, node, piece.folder)
    ensureCompiled(root, node)
    ensurePage(root, node)
    ensureScript(root, node)
    return node
  })
}

function ensureInstalled(root) {
  const lock = join(root, 'package-lock.json')
  const installed = join(root, 'node_modules', '.package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return
  const stamp = join(root, 'node_modules', '.montana-install')
  const inputs = hashFiles([lock, join(root, 'package.json')], () => true)
  if (existsSync(installed) && readStamp(stamp) === inputs) return
  note('installing dependencies (once)')
  const install = (...args) => runStep('npm', [...args, '--loglevel=error'], { cwd: root })
  // npm versions differ in what they demand of a lock; the versions that it pins are installed either way.
  if (!install('ci') && !install('install', '--no-save')) fail('npm install failed', 'read its messages above')
  writeStamp(stamp, inputs)
}

function ensureNative(root, node, folder) {
  if (process.env.MONTANA_NATIVE === 'off') return
  const directory = join(root, folder)
  const cargoToml = join(directory, 'Cargo.toml')
  if (!existsSync(cargoToml)) return
  const env = toolEnvironment(root, node)
  const minimum = /^rust-version\s*=\s*"([\d.]+)"/m.exec(readFileSync(cargoToml, 'utf8'))?.[1] ?? '1.85'
  const rustc = query('rustc', ['--version'], { env })
  if (!isRustNewEnough(rustc, minimum))
    return slow(rustc ? `${rustc} is older than ${minimum}` : 'no Rust compiler found', minimum)
  const stamp = join(root, '.montana', `native-${folder.replaceAll('/', '-')}`)
  const accept = (name) => /\.(rs|toml)$|^Cargo\.lock$/.test(name)
  // What is built, and not what is beside it, such as the fuzzer of the addon.
  const parts = ['src', 'build.rs', 'Cargo.toml', 'Cargo.lock'].map((name) => join(directory, name))
  const inputs = hashFiles(parts, accept, `${rustc} ${process.platform} ${process.arch}`)
  if (readStamp(stamp) === inputs) return
  note(`building ${folder} (${rustc})`)
  const napi = join(root, 'node_modules', '@napi-rs', 'cli', 'dist', 'cli.js')
  const built = runStep(node, [napi, 'build', '--platform', '--release', '--no-js'], { cwd: directory, env })
  if (built) writeStamp(stamp, inputs)
  else slow(`the build of ${folder} failed`, minimum)
}

function isRustNewEnough(rustc, minimum) {
  const found = /rustc (\d+)\.(\d+)/.exec(rustc ?? '')
  if (!found) return false
  const [major, minor] = minimum.split('.').map(Number)
  return Number(found[1]) > major || (Number(found[1]) === major && Number(found[2]) >= minor)
}

function slow(reason, minimum) {
  note(
    `SLOW: ${reason}; the clock runs in TypeScript, fifteen to thirty times slower. Install Rust ${minimum} or newer.`,
  )
}

function ensureCompiled(root, node) {
  const folders = ['packages', 'native', 'soak', 'test'].map((name) => join(root, name))
  const accept = (name) => /(?<!\.d)\.tsx?$|^(package|tsconfig.*)\.json$/.test(name)
  const inputs = hashFiles([...folders, join(root, 'tsconfig.json'), join(root, 'tsconfig.base.json')], accept)
  const stamp = join(root, '.montana', 'compiled')
  if (readStamp(stamp) === inputs && existsSync(join(root, 'packages/cli/dist/main.js'))) return
  note('compiling')
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  if (!runStep(node, [tsc, '-b'], { cwd: root })) fail('the TypeScript build failed', 'read the messages above')
  writeStamp(stamp, inputs)
}

function ensurePage(root, node) {
  const folder = join(root, 'packages', 'console')
  const page = (name) => join(folder, name)
  const inputs = hashFiles([page('page'), page('build-page.mjs'), page('package.json')], () => true)
  const stamp = join(root, '.montana', 'page')
  if (readStamp(stamp) === inputs && existsSync(page('dist/page/index.html'))) return
  note('building the page of the console')
  if (!runStep(node, [page('build-page.mjs')], { cwd: folder }))
    fail('the build of the page failed', 'read its messages')
  writeStamp(stamp, inputs)
}

/** From what was compiled before: only sources and the bundler's version make a difference. */
function ensureScript(root, node) {
  const folder = join(root, 'packages', 'mirror')
  const builder = join(folder, 'build-script.mjs')
  const sources = ['foundation', 'git', 'mirror'].map((name) => join(root, 'packages', name, 'src'))
  const inputs = hashFiles([...sources, builder, join(root, 'package-lock.json')], () => true)
  const stamp = join(root, '.montana', 'sentinel-script')
  if (readStamp(stamp) === inputs && existsSync(join(folder, 'dist', 'sentinel.mjs'))) return
  note('bundling the sentinel of the repository mirror')
  if (!runStep(node, [builder], { cwd: folder })) fail('the bundle of the sentinel failed', 'read its messages')
  writeStamp(stamp, inputs)
}

function note(text) {
  process.stderr.write(`montana: ${text}\n`)
}
